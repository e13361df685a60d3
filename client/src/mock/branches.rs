//! Branches of the mock server: made, restored from a backup, moved on, and gone.

use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::backups::Backups;
use super::reply::{Reply, not_found, now, object, page, refusal};
use super::states::States;
use crate::generated::types;

/// The branches, and what moves them on.
#[derive(Debug)]
pub(super) struct Branches {
    there: Vec<There>,
    /// How many were ever made, for their IDs.
    count: usize,
    pub(super) states: States,
    /// How many branches a database can have.
    pub(super) most: Option<usize>,
}

impl Default for Branches {
    fn default() -> Self {
        Self { there: Vec::new(), count: 0, states: States::by_poll(["ready"]), most: None }
    }
}

#[derive(Debug)]
struct There {
    /// Organization and database.
    of: [String; 2],
    at: Instant,
    /// Whether it stays as it is, whatever moves the others on.
    is_fixed: bool,
    branch: Value,
}

impl There {
    fn move_to(&mut self, state: &str) {
        if self.branch["state"] != state {
            self.branch["state"] = state.into();
            self.branch["ready"] = (state == "ready").into();
            self.branch["updated_at"] = now();
        }
    }
}

impl Branches {
    /// Does what a request asks for below `/organizations/{organization}/databases/{database}/branches`; nothing, for
    /// what is not played.
    pub(super) fn take(
        &mut self,
        (method, of, rest): (&str, [&str; 2], &[&str]),
        query: &str,
        body: &[u8],
        backups: &mut Backups,
    ) -> Option<Reply> {
        self.age();
        Some(match (method, rest) {
            ("POST", []) => self.create(of, body, backups),
            ("GET", []) => {
                let of_database: Vec<&Value> =
                    self.there.iter().filter(|there| there.of == of).map(|there| &there.branch).collect();
                page(&of_database, query)
            }
            ("GET", [name]) => self.get(of, name),
            ("DELETE", [name]) => self.delete(of, name),
            _ => return None,
        })
    }

    /// All branches.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &Value> {
        self.age();
        self.there.iter().map(|there| &there.branch)
    }

    /// Adds a branch as it is.
    pub(super) fn add(&mut self, of: [String; 2], branch: Value) {
        self.there.push(There { of, at: Instant::now(), is_fixed: true, branch });
    }

    fn age(&mut self) {
        let now = Instant::now();
        for there in self.there.iter_mut().filter(|there| !there.is_fixed) {
            if let Some(state) = self.states.reached(now.duration_since(there.at)) {
                there.move_to(state);
            }
        }
    }

    fn position(&self, of: [&str; 2], name: &str) -> Option<usize> {
        self.there.iter().position(|there| there.of == of && there.branch["name"] == name)
    }

    fn create(&mut self, of: [&str; 2], body: &[u8], backups: &mut Backups) -> Reply {
        let wanted: types::CreateBranchBody = match object(body) {
            Ok(wanted) => wanted,
            Err(why) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &why),
        };
        let unprocessable = |why: &str| refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", why);
        if wanted.name.is_empty() || wanted.name.contains('/') {
            return unprocessable("Name is invalid");
        }
        let restored = wanted.backup_id.as_ref().map(|id| backups.of_database(of, id));
        let source = match restored {
            Some(None) => return refusal(StatusCode::NOT_FOUND, "not_found", "Backup not found"),
            Some(Some(backup)) if backup["state"] != "success" => return unprocessable("Backup is not complete"),
            Some(Some(_))
                if wanted.cluster_size.is_none()
                    && wanted.keyspace_cluster_sizes.as_deref().unwrap_or_default().is_empty() =>
            {
                return unprocessable("Cluster size is required");
            }
            Some(Some(backup)) => Some(backup),
            None => None,
        };
        if self.position(of, &wanted.name).is_some() {
            return unprocessable("Name has already been taken");
        }
        let count = self.there.iter().filter(|there| there.of == of).count();
        if self.most.is_some_and(|most| count >= most) {
            return unprocessable("The database has as many branches as it can have");
        }
        self.count += 1;
        let id = format!("branch{:06}", self.count + 1);
        let mut branch = just_created(&id, &wanted.name, of);
        branch["parent_branch"] = json!(wanted.parent_branch.as_deref().unwrap_or("main"));
        branch["cluster_name"] = json!(wanted.cluster_size.as_deref().unwrap_or("PS_DEV"));
        branch["deletion_protected"] = json!(wanted.deletion_protected.unwrap_or_default());
        if let Some(backup) = source {
            branch["restored_from_branch"] = backup["database_branch"].clone();
            if let Some(restored) = backup["restored_branches"].as_array_mut() {
                restored.push(mention(&branch));
            }
        }
        self.there.push(There {
            of: of.map(str::to_owned),
            at: Instant::now(),
            is_fixed: false,
            branch: branch.clone(),
        });
        (StatusCode::CREATED, branch)
    }

    /// A poll of a branch, which moves it on by the script.
    fn get(&mut self, of: [&str; 2], name: &str) -> Reply {
        let Some(at) = self.position(of, name) else { return not_found() };
        let there = &mut self.there[at];
        if let Some(next) = (!there.is_fixed).then(|| self.states.next_poll()).flatten() {
            there.move_to(&next);
        }
        (StatusCode::OK, there.branch.clone())
    }

    fn delete(&mut self, of: [&str; 2], name: &str) -> Reply {
        let Some(at) = self.position(of, name) else { return not_found() };
        if self.there[at].branch["deletion_protected"] == true {
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", "the branch is protected from deletion");
        }
        self.there.remove(at);
        (StatusCode::NO_CONTENT, Value::Null)
    }
}

/// A branch as others mention it.
fn mention(branch: &Value) -> Value {
    let fields = ["id", "name", "created_at", "updated_at", "deleted_at"];
    fields.iter().map(|&name| (name.to_owned(), branch[name].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// A branch as the API describes it right after it was made.
pub(super) fn just_created(id: &str, name: &str, [organization, database]: [&str; 2]) -> Value {
    let path = format!("{organization}/{database}/{name}");
    json!({
        "id": id,
        "name": name,
        "created_at": now(),
        "updated_at": now(),
        "deleted_at": null,
        "restore_checklist_completed_at": null,
        "schema_last_updated_at": now(),
        "kind": "mysql",
        "mysql_address": "us-east.connect.psdb.cloud",
        "mysql_edge_address": "aws.connect.psdb.cloud",
        "state": "pending",
        "direct_vtgate": false,
        "vtgate_size": "vg.c1.nano",
        "vtgate_name": "VTG_5",
        "vtgate_count": 1,
        "vtgate_autoscaling": false,
        "vtgate_max_count": null,
        "vtgate_target_cpu_utilization": null,
        "cluster_name": "PS_DEV",
        "cluster_iops": null,
        "ready": false,
        "schema_ready": true,
        "metal": false,
        "production": false,
        "safe_migrations": false,
        "deletion_protected": false,
        "sharded": false,
        "shard_count": 1,
        "keyspace_count": 1,
        "stale_schema": false,
        "actor": null,
        "restored_from_branch": null,
        "private_edge_connectivity": false,
        "has_replicas": true,
        "has_read_only_replicas": false,
        "html_url": format!("https://app.planetscale.com/{path}"),
        "url": format!("https://api.planetscale.com/v1/organizations/{organization}/databases/{database}/branches/{name}"),
        "region": null,
        "parent_branch": "main",
        "vtgate_options": {},
    })
}
