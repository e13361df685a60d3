module pipeline

go 1.26.0

require github.com/planetscale/planetscale-go v0.178.0
