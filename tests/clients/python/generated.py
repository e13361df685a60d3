"""Drives the program `stand-in` by a client that openapi-python-client makes of the effective document: what teams do
with a database, from its creation to its resizing.

python3 generated.py PROGRAM, with the generated package `planetscale` where Python finds it. Run by
`cargo xtask ci python`.
"""

import importlib
import os
import sys

from planetscale import AuthenticatedClient, models
from planetscale.types import UNSET
from stand_in import control, started


def pipeline():
    """Goes from a database to a resized keyspace."""
    token = os.environ["PLANETSCALE_SERVICE_TOKEN_ID"] + ":" + os.environ["PLANETSCALE_SERVICE_TOKEN"]
    client = AuthenticatedClient(os.environ["PLANETSCALE_SERVER_URL"], token, prefix="")

    def call(operation, *path, body=None):
        """Makes a call of an operation, such as `databases.get_database`. Returns the status and what was read."""
        call = importlib.import_module("planetscale.api." + operation).sync_detailed
        answer = call(*path, client=client, **({} if body is None else {"body": body}))
        return answer.status_code, answer.parsed

    def ok(operation, *path, body=None):
        """Returns what a call is answered with; an error is the end."""
        status, answer = call(operation, *path, body=body)
        assert status < 300 and not isinstance(answer, models.ApiError), (operation, status, answer)
        return answer

    def later():
        control("POST", "/clock", {"advance": 60})

    control("POST", "/clock", {"freeze": True})
    store, pg = ("acme", "store"), ("acme", "pg", "main")
    main, dev = (*store, "main"), (*store, "dev")

    made = ok("databases.create_database", "acme", body=models.CreateDatabaseBody(name="store", cluster_size="PS_10"))
    assert not made.ready
    later()
    assert ok("databases.get_database", *store).ready
    body = models.CreateBranchBody(name="dev", parent_branch="main")
    ok("database_branches.create_branch", *store, body=body)
    later()
    assert ok("database_branches.get_branch", *dev).ready

    # Secrets are shown once.
    password = ok("database_branch_passwords.create_password", *dev, body=models.CreatePasswordBody(name="app"))
    assert password.plain_text
    assert ok("database_branch_passwords.get_password", *dev, password.id).plain_text in (None, UNSET)
    postgres = models.CreateDatabaseBody(name="pg", cluster_size="PS_10", kind=models.DatabaseKind.POSTGRESQL)
    ok("databases.create_database", "acme", body=postgres)
    role = ok("roles.create_role", *pg, body=models.CreateRoleBody(name="writer"))
    assert role.password
    roles = ok("roles.list_roles", *pg).data
    assert roles and all(role.password in (None, UNSET) for role in roles)

    # A deploy request, deployed and reverted.
    body = models.CreateDeployRequestBody(branch="dev", into_branch="main")
    request = (*store, ok("deploy_requests.create_deploy_request", *store, body=body).number)

    def state():
        return ok("deploy_requests.get_deploy_request", *request).deployment_state

    later()
    assert state() == "ready"
    ok("deploy_requests.queue_deploy_request", *request)
    later()
    assert state() == "complete_pending_revert"
    ok("deploy_requests.revert_deploy_request", *request)
    later()
    assert state() == "complete_revert"

    # A backup, which cannot be restored until it is done.
    keep = models.CreateBackupBody(name="nightly", retention_unit=models.RetentionUnit.DAY, retention_value=2)
    backup = ok("backups.create_backup", *main, body=keep)
    restore = models.CreateBranchBody(
        name="restored", parent_branch="main", backup_id=backup.id, cluster_size="PS_10"
    )
    assert call("database_branches.create_branch", *store, body=restore)[0] == 422
    later()
    assert ok("backups.get_backup", *main, backup.id).state == models.BackupState.SUCCESS
    # A request that is refused twice, and then goes through.
    control("POST", "/faults", {"fault": "refuse", "status": 503, "operation": "create_branch", "times": 2})
    tries = [call("database_branches.create_branch", *store, body=restore) for _ in range(3)]
    assert [status for status, _ in tries] == [503, 503, 201], tries
    assert tries[2][1].restored_from_branch.name == "main"

    policy = models.CreateBackupPolicyBody(
        name="weekly", retention_unit=models.RetentionUnit.WEEK, retention_value=4
    )
    assert ok("backup_policies.create_backup_policy", *store, body=policy).retention_value == 4
    hook = ok("webhooks.create_webhook", *store, body=models.CreateWebhookBody(url="https://example.com/hook"))
    assert hook.enabled
    ok("webhooks.test_webhook", *store, hook.id)
    budget = ok("traffic_budgets.create_traffic_budget", *pg, body=models.CreateTrafficBudgetBody(name="batch"))
    ok("traffic_budgets.get_traffic_budget", *pg, budget.id)

    # A workflow, and a resize.
    body = models.CreateWorkflowBody(
        name="move", source_keyspace="main", target_keyspace="other", tables=["orders"]
    )
    workflow = (*store, ok("workflows.create_workflow", *store, body=body).number)
    later()
    assert ok("workflows.get_workflow", *workflow).state == "running"
    ok("workflows.switch_workflow_primaries", *workflow)
    later()
    assert ok("workflows.get_workflow", *workflow).state == "switched_primaries"
    body = models.UpdateKeyspaceResizeRequestBody(cluster_size="PS_20")
    ok("keyspace_resizes.update_keyspace_resize_request", *main, "main", body=body)
    later()
    assert ok("database_branch_keyspaces.get_keyspace", *main, "main").cluster_name == "PS_20"

    ok("databases.delete_database", *store)
    assert call("database_branches.get_branch", *dev)[0] == 404


with started(sys.argv[1]):
    pipeline()
