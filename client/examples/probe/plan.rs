//! Which operations are asked: all that GET offers, each reviewed.

/// Where an operation is, and what is said of it.
pub struct Operation {
    pub id: &'static str,
    pub path: &'static str,
    /// Why it is asked only by name; nothing, where it does no harm.
    pub reason: Option<&'static str>,
}

/// A path below an organization, a database or a branch.
macro_rules! organization {
    ($rest:literal) => {
        concat!("/organizations/{organization}", $rest)
    };
}
macro_rules! database {
    ($rest:literal) => {
        concat!("/organizations/{organization}/databases/{database}", $rest)
    };
}
macro_rules! branch {
    ($rest:literal) => {
        concat!("/organizations/{organization}/databases/{database}/branches/{branch}", $rest)
    };
}

const fn asked(id: &'static str, path: &'static str) -> Operation {
    Operation { id, path, reason: None }
}

const fn by_name(id: &'static str, path: &'static str, reason: &'static str) -> Operation {
    Operation { id, path, reason: Some(reason) }
}

const LINT: &str = "runs a check of the schema";
const CHECK: &str = "runs a check of the storage";
const EXPORT: &str = "makes a signed URL of an export: whoever has it can read that";
const INSIGHTS: &str = "searches what queries were recorded of the branch";
const METRICS: &str = "computes metrics of the branch";

/// The operations, those that give names before those that need them.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    asked("list_organizations", "/organizations"),
    asked("get_organization", organization!("")),
    asked("list_audit_logs", organization!("/audit-log")),
    asked("list_cluster_size_skus", organization!("/cluster-size-skus")),
    asked("list_databases", organization!("/databases")),
    asked("get_database", database!("")),
    asked("list_backup_policies", database!("/backup-policies")),
    asked("get_backup_policy", database!("/backup-policies/{id}")),
    asked("list_branches", database!("/branches")),
    asked("get_branch", branch!("")),
    asked("list_backups", branch!("/backups")),
    asked("get_backup", branch!("/backups/{id}")),
    asked("list_branch_bouncer_resize_requests", branch!("/bouncer-resizes")),
    asked("list_bouncers", branch!("/bouncers")),
    asked("get_bouncer", branch!("/bouncers/{bouncer}")),
    asked("list_bouncer_resize_requests", branch!("/bouncers/{bouncer}/resizes")),
    asked("list_branch_change_requests", branch!("/changes")),
    asked("get_branch_change_request", branch!("/changes/{id}")),
    asked("list_branch_extensions", branch!("/extensions")),
    by_name("list_branch_queries", branch!("/insights"), INSIGHTS),
    by_name("list_branch_anomalies", branch!("/insights/anomalies"), INSIGHTS),
    by_name("get_branch_anomaly", branch!("/insights/anomalies/{id}"), INSIGHTS),
    by_name("list_branch_query_errors", branch!("/insights/errors"), INSIGHTS),
    by_name("list_branch_query_error_samples", branch!("/insights/errors/{fingerprint}"), INSIGHTS),
    by_name("get_branch_query", branch!("/insights/queries/{id}"), INSIGHTS),
    by_name("list_branch_query_tags", branch!("/insights/tags"), INSIGHTS),
    by_name("list_branch_query_tag_summaries", branch!("/insights/tags/summaries"), INSIGHTS),
    by_name("get_branch_query_tag", branch!("/insights/tags/{tag}"), INSIGHTS),
    by_name("list_branch_query_samples", branch!("/insights/{fingerprint}"), INSIGHTS),
    by_name("get_query_summary", branch!("/insights/{fingerprint}/summary"), INSIGHTS),
    by_name("list_traffic_budgets_for_query", branch!("/insights/{fingerprint}/traffic/budgets"), INSIGHTS),
    asked("list_keyspaces", branch!("/keyspaces")),
    asked("get_keyspace", branch!("/keyspaces/{keyspace}")),
    asked("list_keyspace_resize_requests", branch!("/keyspaces/{keyspace}/resizes")),
    asked("get_keyspace_resize_request", branch!("/keyspaces/{keyspace}/resizes/{id}")),
    asked("get_keyspace_rollout_status", branch!("/keyspaces/{keyspace}/rollout-status")),
    asked("get_keyspace_vschema", branch!("/keyspaces/{keyspace}/vschema")),
    by_name("get_branch_metrics", branch!("/metrics"), METRICS),
    by_name("get_instant_branch_metrics", branch!("/metrics/instant"), METRICS),
    by_name("get_branch_keyspace_table_metrics", branch!("/metrics/keyspace-tables"), METRICS),
    by_name("get_branch_query_metrics", branch!("/metrics/query"), METRICS),
    by_name("get_branch_table_metrics", branch!("/metrics/tables"), METRICS),
    by_name("get_tablet_metrics", branch!("/metrics/tablets"), METRICS),
    by_name("get_instant_tablet_metrics", branch!("/metrics/tablets-instant"), METRICS),
    by_name("get_branch_tag_metrics", branch!("/metrics/tag"), METRICS),
    asked("list_branch_parameters", branch!("/parameters")),
    asked("list_passwords", branch!("/passwords")),
    asked("get_password", branch!("/passwords/{id}")),
    asked("list_query_patterns_reports", branch!("/query-patterns")),
    asked("get_query_patterns_report_status", branch!("/query-patterns/{id}")),
    by_name("download_query_patterns_report", branch!("/query-patterns/{id}/download"), EXPORT),
    asked("list_branch_resize_requests", branch!("/resizes")),
    asked("get_branch_resize_request", branch!("/resizes/{resize}")),
    asked("list_roles", branch!("/roles")),
    asked("get_default_role", branch!("/roles/default")),
    asked("get_role", branch!("/roles/{id}")),
    asked("get_branch_schema", branch!("/schema")),
    by_name("lint_branch_schema", branch!("/schema/lint"), LINT),
    asked("list_traffic_budgets", branch!("/traffic/budgets")),
    asked("get_traffic_budget", branch!("/traffic/budgets/{id}")),
    asked("list_ip_restrictions", database!("/cidrs")),
    asked("get_ip_restriction", database!("/cidrs/{id}")),
    asked("list_deploy_queue", database!("/deploy-queue")),
    asked("list_deploy_requests", database!("/deploy-requests")),
    asked("get_deploy_request", database!("/deploy-requests/{number}")),
    asked("get_deployment", database!("/deploy-requests/{number}/deployment")),
    asked("list_deploy_operations", database!("/deploy-requests/{number}/operations")),
    asked("list_deploy_request_reviews", database!("/deploy-requests/{number}/reviews")),
    by_name("check_deploy_request_storage", database!("/deploy-requests/{number}/storage-check"), CHECK),
    asked("get_deploy_request_throttler", database!("/deploy-requests/{number}/throttler")),
    asked("list_maintenance_schedules", database!("/maintenance-schedules")),
    asked("get_maintenance_schedule", database!("/maintenance-schedules/{id}")),
    asked("list_maintenance_windows", database!("/maintenance-schedules/{id}/windows")),
    asked("list_read_only_regions", database!("/read-only-regions")),
    asked("list_database_regions", database!("/regions")),
    asked("list_schema_recommendations", database!("/schema-recommendations")),
    asked("get_schema_recommendation", database!("/schema-recommendations/{number}")),
    asked("get_database_throttler", database!("/throttler")),
    asked("list_webhooks", database!("/webhooks")),
    asked("get_webhook", database!("/webhooks/{id}")),
    asked("list_workflows", database!("/workflows")),
    asked("get_workflow", database!("/workflows/{number}")),
    asked("list_invoices", organization!("/invoices")),
    asked("get_invoice", organization!("/invoices/{id}")),
    asked("list_invoice_line_items", organization!("/invoices/{id}/line-items")),
    asked("list_organization_members", organization!("/members")),
    asked("get_organization_member", organization!("/members/{id}")),
    asked("list_oauth_applications", organization!("/oauth-applications")),
    asked("get_oauth_application", organization!("/oauth-applications/{application_id}")),
    asked("list_oauth_tokens", organization!("/oauth-applications/{application_id}/tokens")),
    asked("get_oauth_token", organization!("/oauth-applications/{application_id}/tokens/{token_id}")),
    asked("list_organization_regions", organization!("/regions")),
    asked("list_service_tokens", organization!("/service-tokens")),
    asked("get_service_token", organization!("/service-tokens/{id}")),
    asked("list_organization_teams", organization!("/teams")),
    asked("get_organization_team", organization!("/teams/{team}")),
    asked("list_organization_team_members", organization!("/teams/{team}/members")),
    asked("get_organization_team_member", organization!("/teams/{team}/members/{id}")),
    asked("list_public_regions", "/regions"),
    asked("get_current_user", "/user"),
];

/// Where the values of the last parameter of a path come from: the path of a list, and the property of its items, with
/// dots between the words.
pub fn source(path: &str) -> (String, &'static str) {
    let (list, parameter) = path.rsplit_once('/').unwrap_or_default();
    let key = match parameter {
        "{database}" | "{branch}" | "{keyspace}" | "{bouncer}" | "{tag}" => "name",
        "{number}" => "number",
        "{team}" => "slug",
        "{fingerprint}" if list.ends_with("/errors") => "error_fingerprint",
        "{fingerprint}" => "fingerprint",
        _ if path == organization!("/members/{id}") => "user.id",
        _ => "id",
    };
    // What the insights list has the IDs of queries, too.
    (list.strip_suffix("/queries").filter(|list| list.ends_with("/insights")).unwrap_or(list).to_owned(), key)
}

/// The operations whose query has to say in which keyspace a fingerprint is.
pub const OF_A_KEYSPACE: [&str; 2] = ["get_query_summary", "list_branch_query_samples"];
