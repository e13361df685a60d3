// Drives the program `stand-in` by a client that openapi-typescript makes of the effective document: what teams do with
// a database, from its creation to its resizing.
//
// node pipeline.js PROGRAM: starts the program, runs the example of the README on it, and then this. Run by
// `cargo xtask ci typescript`, which generates api.ts and takes readme.ts out of client/README.md.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import createClient from "openapi-fetch";

import type { paths } from "./api.js";

/** What a call answers with; an error is the end. */
async function ok<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  assert.ok(response.ok, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data as T;
}

/** The status of a refusal. */
async function refused(call: Promise<{ response: Response }>): Promise<number> {
  const { response } = await call;
  assert.ok(!response.ok, `${response.status} ${response.url}`);
  return response.status;
}

/** Makes a control call. */
async function control(path: string, body: object): Promise<void> {
  const url = `${process.env.PLANETSCALE_SERVER_URL}`.replace(/\/v1$/, `/_standin/${path}`);
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.text());
}

async function pipeline(): Promise<void> {
  const { PLANETSCALE_SERVICE_TOKEN_ID: id, PLANETSCALE_SERVICE_TOKEN: token } = process.env;
  const api = createClient<paths>({
    baseUrl: `${process.env.PLANETSCALE_SERVER_URL}`,
    headers: { Authorization: `${id}:${token}` },
  });
  const later = () => control("clock", { advance: 60 });
  await control("clock", { freeze: true });
  const organization = "acme";
  const store = { organization, database: "store" };
  const main = { ...store, branch: "main" };
  const dev = { ...store, branch: "dev" };
  const pg = { organization, database: "pg", branch: "main" };
  const databases = "/organizations/{organization}/databases";
  const database = `${databases}/{database}` as const;
  const branches = `${database}/branches` as const;
  const branch = `${branches}/{branch}` as const;

  const made = await ok(
    api.POST(databases, { params: { path: { organization } }, body: { name: "store", cluster_size: "PS_10" } }),
  );
  assert.equal(made.ready, false);
  await later();
  assert.equal((await ok(api.GET(database, { params: { path: store } }))).ready, true);

  await ok(api.POST(branches, { params: { path: store }, body: { name: "dev", parent_branch: "main" } }));
  await later();
  assert.equal((await ok(api.GET(branch, { params: { path: dev } }))).ready, true);

  // Secrets are shown once.
  const password = await ok(api.POST(`${branch}/passwords`, { params: { path: dev }, body: { name: "app" } }));
  assert.ok(password.plain_text);
  const shown = await ok(api.GET(`${branch}/passwords/{id}`, { params: { path: { ...dev, id: password.id } } }));
  assert.equal(shown.plain_text ?? null, null);
  await ok(
    api.POST(databases, {
      params: { path: { organization } },
      body: { name: "pg", cluster_size: "PS_10", kind: "postgresql" },
    }),
  );
  const role = await ok(api.POST(`${branch}/roles`, { params: { path: pg }, body: { name: "writer" } }));
  assert.ok(role.password);
  const roles = await ok(api.GET(`${branch}/roles`, { params: { path: pg } }));
  assert.ok(roles.data.length > 0 && roles.data.every((role) => !role.password));

  // A deploy request, deployed and reverted.
  const { number } = await ok(
    api.POST(`${database}/deploy-requests`, { params: { path: store }, body: { branch: "dev", into_branch: "main" } }),
  );
  const request = { params: { path: { ...store, number } } };
  const state = async () => (await ok(api.GET(`${database}/deploy-requests/{number}`, request))).deployment_state;
  await later();
  assert.equal(await state(), "ready");
  await ok(api.POST(`${database}/deploy-requests/{number}/deploy`, request));
  await later();
  assert.equal(await state(), "complete_pending_revert");
  await ok(api.POST(`${database}/deploy-requests/{number}/revert`, request));
  await later();
  assert.equal(await state(), "complete_revert");

  // A backup, which cannot be restored until it is done.
  const backup = await ok(
    api.POST(`${branch}/backups`, {
      params: { path: main },
      body: { name: "nightly", retention_unit: "day", retention_value: 2 },
    }),
  );
  const restore = {
    params: { path: store },
    body: { name: "restored", parent_branch: "main", backup_id: backup.id, cluster_size: "PS_10" },
  };
  assert.equal(await refused(api.POST(branches, restore)), 422);
  await later();
  const done = await ok(api.GET(`${branch}/backups/{id}`, { params: { path: { ...main, id: backup.id } } }));
  assert.equal(done.state, "success");
  // A request that is refused twice, and then goes through.
  await control("faults", { fault: "refuse", status: 503, operation: "create_branch", times: 2 });
  assert.equal(await refused(api.POST(branches, restore)), 503);
  assert.equal(await refused(api.POST(branches, restore)), 503);
  assert.equal((await ok(api.POST(branches, restore))).restored_from_branch?.name, "main");

  const policy = await ok(
    api.POST(`${database}/backup-policies`, {
      params: { path: store },
      body: { name: "weekly", retention_unit: "week", retention_value: 4 },
    }),
  );
  assert.equal(policy.retention_value, 4);
  const webhook = await ok(
    api.POST(`${database}/webhooks`, { params: { path: store }, body: { url: "https://example.com/hook" } }),
  );
  assert.equal(webhook.enabled, true);
  await ok(api.POST(`${database}/webhooks/{id}/test`, { params: { path: { ...store, id: webhook.id } } }));
  const budget = await ok(api.POST(`${branch}/traffic/budgets`, { params: { path: pg }, body: { name: "batch" } }));
  await ok(api.GET(`${branch}/traffic/budgets/{id}`, { params: { path: { ...pg, id: budget.id } } }));

  // A workflow, and a resize.
  const { number: moved } = await ok(
    api.POST(`${database}/workflows`, {
      params: { path: store },
      body: { name: "move", source_keyspace: "main", target_keyspace: "other", tables: ["orders"] },
    }),
  );
  const workflow = { params: { path: { ...store, number: moved } } };
  const workflows = `${database}/workflows/{number}` as const;
  await later();
  assert.equal((await ok(api.GET(workflows, workflow))).state, "running");
  await ok(api.PATCH(`${workflows}/switch-primaries`, workflow));
  await later();
  assert.equal((await ok(api.GET(workflows, workflow))).state, "switched_primaries");
  const keyspace = { ...main, keyspace: "main" };
  await ok(
    api.PUT(`${branch}/keyspaces/{keyspace}/resizes`, { params: { path: keyspace }, body: { cluster_size: "PS_20" } }),
  );
  await later();
  const resized = await ok(api.GET(`${branch}/keyspaces/{keyspace}`, { params: { path: keyspace } }));
  assert.equal(resized.cluster_name, "PS_20");

  await ok(api.DELETE(database, { params: { path: store } }));
  assert.equal(await refused(api.GET(branch, { params: { path: dev } })), 404);
}

const [program] = process.argv.slice(2);
assert.ok(program, "node pipeline.js PROGRAM");
const server = spawn(program, ["--listen", "127.0.0.1:0", "--print-env"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith("ready ")) {
      break;
    }
    const [name, value] = line.split("=", 2);
    assert.ok(name && value, line);
    process.env[name] = value;
  }
  await import("./readme.js");
  await pipeline();
} finally {
  server.kill();
  await once(server, "exit");
}
