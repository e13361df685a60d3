// Drives the program `stand-in` with the vendor's own SDK for Go.
//
//	go run . <program stand-in>
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"time"

	ps "github.com/planetscale/planetscale-go/planetscale"
)

const organization, database, main_, dev = "acme", "store", "main", "dev"

var ctx = context.Background()

// must returns what a call gives, or ends the program.
func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		_ = log.Output(3, err.Error())
		panic(err)
	}
}

// demand ends the program where something is not as it must be.
func demand(holds bool, what ...any) {
	if !holds {
		check(fmt.Errorf("not so: %v", what))
	}
}

// until reads something again until it is done.
func until[T any](read func() (T, error), isDone func(T) bool) T {
	for range 400 {
		if value := must(read()); isDone(value) {
			return value
		}
		time.Sleep(25 * time.Millisecond)
	}
	panic("it is not done")
}

func main() {
	log.SetFlags(log.Lshortfile)
	server := exec.Command(os.Args[1], "--listen", "127.0.0.1:0", "--time-scale", "0.01")
	output := must(server.StdoutPipe())
	check(server.Start())
	defer func() { _ = server.Process.Kill() }()
	lines := bufio.NewScanner(output)
	demand(lines.Scan())
	// The SDK's paths begin with v1.
	url := strings.TrimSuffix(strings.TrimPrefix(lines.Text(), "ready "), "v1")

	client := must(ps.NewClient(ps.WithBaseURL(url), ps.WithServiceToken("mock-token-id", "mock-token")))
	must(client.Organizations.List(ctx))
	must(client.Organizations.ListRegions(ctx, &ps.ListOrganizationRegionsRequest{Organization: organization}))
	must(client.Databases.Create(ctx, &ps.CreateDatabaseRequest{Organization: organization, Name: database, Region: "us-east", ClusterSize: "PS_10"}))
	until(func() (*ps.Database, error) {
		return client.Databases.Get(ctx, &ps.GetDatabaseRequest{Organization: organization, Database: database})
	}, func(it *ps.Database) bool { return it.State == ps.DatabaseReady })
	must(client.DatabaseBranches.Create(ctx, &ps.CreateDatabaseBranchRequest{Organization: organization, Database: database, Name: dev, ParentBranch: main_}))
	branch := until(func() (*ps.DatabaseBranch, error) {
		return client.DatabaseBranches.Get(ctx, &ps.GetDatabaseBranchRequest{Organization: organization, Database: database, Branch: dev})
	}, func(it *ps.DatabaseBranch) bool { return it.Ready })
	demand(branch.ParentBranch == main_, branch)

	password := must(client.Passwords.Create(ctx, &ps.DatabaseBranchPasswordRequest{Organization: organization, Database: database, Branch: dev, Name: "app", Role: "reader"}))
	demand(password.PlainText != "", "a new password is shown")
	again := must(client.Passwords.Get(ctx, &ps.GetDatabaseBranchPasswordRequest{Organization: organization, Database: database, Branch: dev, PasswordId: password.PublicID}))
	demand(again.PlainText == "", "it is shown once")

	request := must(client.DeployRequests.Create(ctx, &ps.CreateDeployRequestRequest{Organization: organization, Database: database, Branch: dev, IntoBranch: main_}))
	get := func() (*ps.DeployRequest, error) {
		return client.DeployRequests.Get(ctx, &ps.GetDeployRequestRequest{Organization: organization, Database: database, Number: request.Number})
	}
	is := func(state string) func(*ps.DeployRequest) bool {
		return func(it *ps.DeployRequest) bool { return it.DeploymentState == state }
	}
	must(client.DeployRequests.CreateReview(ctx, &ps.ReviewDeployRequestRequest{Organization: organization, Database: database, Number: request.Number, ReviewAction: ps.ReviewApprove}))
	until(get, is("ready"))
	must(client.DeployRequests.Deploy(ctx, &ps.PerformDeployRequest{Organization: organization, Database: database, Number: request.Number}))
	until(get, is("complete_pending_revert"))
	must(client.DeployRequests.RevertDeploy(ctx, &ps.RevertDeployRequestRequest{Organization: organization, Database: database, Number: request.Number}))
	until(get, is("complete_revert"))

	backup := must(client.Backups.Create(ctx, &ps.CreateBackupRequest{Organization: organization, Database: database, Branch: main_, Name: "nightly", RetentionUnit: "day", RetentionValue: 2}))
	until(func() (*ps.Backup, error) {
		return client.Backups.Get(ctx, &ps.GetBackupRequest{Organization: organization, Database: database, Branch: main_, Backup: backup.PublicID})
	}, func(it *ps.Backup) bool { return it.State == "success" })
	must(client.DatabaseBranches.Create(ctx, &ps.CreateDatabaseBranchRequest{Organization: organization, Database: database, Name: "restored", ParentBranch: main_, BackupID: backup.PublicID, ClusterSize: "PS_10"}))
	branches := must(client.DatabaseBranches.List(ctx, &ps.ListDatabaseBranchesRequest{Organization: organization, Database: database}))
	demand(len(branches) == 3, branches)

	must(client.Webhooks.Create(ctx, &ps.CreateWebhookRequest{Organization: organization, Database: database, URL: "https://example.com/hook", Events: []string{"branch.ready"}}))
	must(client.Keyspaces.Create(ctx, &ps.CreateKeyspaceRequest{Organization: organization, Database: database, Branch: main_, Name: "orders", ClusterSize: "PS_10", Shards: 1}))
	size := "PS_20"
	must(client.Keyspaces.Resize(ctx, &ps.ResizeKeyspaceRequest{Organization: organization, Database: database, Branch: main_, Keyspace: "orders", ClusterSize: &size}))
	// The SDK sends nulls and a field that the description has not: they are taken, with a note in the log.
	workflow := must(client.Workflows.Create(ctx, &ps.CreateWorkflowRequest{Organization: organization, Database: database, Branch: main_, Name: "move", SourceKeyspace: database, TargetKeyspace: "orders", Tables: []string{"a"}}))
	must(client.Workflows.VerifyData(ctx, &ps.VerifyDataWorkflowRequest{Organization: organization, Database: database, WorkflowNumber: workflow.Number}))

	must(client.Databases.Create(ctx, &ps.CreateDatabaseRequest{Organization: organization, Name: "pg", Region: "us-east", ClusterSize: "PS_10", Kind: "postgresql"}))
	role := must(client.PostgresRoles.Create(ctx, &ps.CreatePostgresRoleRequest{Organization: organization, Database: "pg", Branch: main_, Name: "app"}))
	demand(role.Password != "", "a new password is shown")
	must(client.TrafficBudgets.Create(ctx, &ps.CreateTrafficBudgetRequest{Organization: organization, Database: "pg", Branch: main_, Name: "app", Mode: "enforce"}))

	check(client.DatabaseBranches.Delete(ctx, &ps.DeleteDatabaseBranchRequest{Organization: organization, Database: database, Branch: "restored"}))
	must(client.Databases.Delete(ctx, &ps.DeleteDatabaseRequest{Organization: organization, Database: database}))
	_, err := client.Databases.Get(ctx, &ps.GetDatabaseRequest{Organization: organization, Database: database})
	missing, isError := err.(*ps.Error)
	demand(isError && missing.Code == ps.ErrNotFound, err)
	fmt.Println("the vendor's SDK for Go ran through")
}
