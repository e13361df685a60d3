//! Names every public item of the crate, so that the compiler proves that a user can.
//!
//! Written by `cargo xtask surface --names`. Do not edit.

#![allow(clippy::all)]

#[allow(dead_code)]
fn names() {
    {
        #[allow(unused_imports)]
        use planetscale_client::Awaited as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::BackupRef as _named;
    }
    let _ = |it: &planetscale_client::BackupRef| { let _ = &it.branch; };
    let _ = |it: &planetscale_client::BackupRef| { let _ = &it.database; };
    let _ = |it: &planetscale_client::BackupRef| { let _ = &it.id; };
    // planetscale_client::BackupRef::new is generic
    let _ = |it: &planetscale_client::BackupRef| { let _ = &it.organization; };
    {
        #[allow(unused_imports)]
        use planetscale_client::BearerToken as _named;
    }
    // planetscale_client::BearerToken::new is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::BranchRef as _named;
    }
    // planetscale_client::BranchRef::backup is generic
    let _ = |it: &planetscale_client::BranchRef| { let _ = &it.branch; };
    let _ = |it: &planetscale_client::BranchRef| { let _ = &it.database; };
    // planetscale_client::BranchRef::new is generic
    let _ = |it: &planetscale_client::BranchRef| { let _ = &it.organization; };
    {
        #[allow(unused_imports)]
        use planetscale_client::Bytes as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::Client as _named;
    }
    let _ = planetscale_client::Client::builder;
    let _ = planetscale_client::Client::create_backup;
    let _ = planetscale_client::Client::delete_backup;
    // planetscale_client::Client::ensure_backup is generic
    let _ = planetscale_client::Client::from_env;
    let _ = planetscale_client::Client::get_backup;
    let _ = planetscale_client::Client::list_backups;
    // planetscale_client::Client::request is generic
    let _ = planetscale_client::Client::update_backup;
    // planetscale_client::Client::wait_for_backup is generic
    // planetscale_client::Client::with is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::ClientBuilder as _named;
    }
    // planetscale_client::ClientBuilder::auth is generic
    // planetscale_client::ClientBuilder::base_url is generic
    let _ = planetscale_client::ClientBuilder::build;
    let _ = planetscale_client::ClientBuilder::connect_timeout;
    // planetscale_client::ClientBuilder::http is generic
    let _ = planetscale_client::ClientBuilder::max_response_bytes;
    let _ = planetscale_client::ClientBuilder::retry;
    let _ = planetscale_client::ClientBuilder::timeout;
    // planetscale_client::ClientBuilder::user_agent is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::Credentials as _named;
    }
    let _ = |it: &planetscale_client::Credentials| matches!(it, planetscale_client::Credentials::Bearer { .. });
    let _ = |it: &planetscale_client::Credentials| matches!(it, planetscale_client::Credentials::ServiceToken { .. });
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_BASE_URL as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_CONNECT_TIMEOUT as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_DEADLINE as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_FIRST_DELAY as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_INTERVAL as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_MAX_CONSECUTIVE_ERRORS as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::DEFAULT_TIMEOUT as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::EnsureBackup as _named;
    }
    // planetscale_client::EnsureBackup::body is generic
    // planetscale_client::EnsureBackup::body_map is generic
    let _ = planetscale_client::EnsureBackup::deadline;
    let _ = planetscale_client::EnsureBackup::interval;
    let _ = planetscale_client::EnsureBackup::when_idle;
    {
        #[allow(unused_imports)]
        use planetscale_client::Ensured as _named;
    }
    let _ = |it: &planetscale_client::Ensured| { let _ = &it.backup; };
    let _ = planetscale_client::Ensured::backup_ref;
    let _ = |it: &planetscale_client::Ensured| { let _ = &it.branch; };
    let _ = |it: &planetscale_client::Ensured| { let _ = &it.created; };
    {
        #[allow(unused_imports)]
        use planetscale_client::Error as _named;
    }
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::Config { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::Interrupted { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::InvalidInput { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::NotSent { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::Refused { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::Timeout { .. });
    let _ = |it: &planetscale_client::Error| matches!(it, planetscale_client::Error::Unreadable { .. });
    let _ = planetscale_client::Error::code;
    let _ = planetscale_client::Error::is_retryable;
    let _ = planetscale_client::Error::looked;
    let _ = planetscale_client::Error::outcome;
    let _ = planetscale_client::Error::retry_after;
    let _ = planetscale_client::Error::status;
    {
        #[allow(unused_imports)]
        use planetscale_client::ErrorDetail as _named;
    }
    let _ = |it: &planetscale_client::ErrorDetail| { let _ = &it.errors; };
    let _ = |it: &planetscale_client::ErrorDetail| { let _ = &it.name; };
    let _ = |it: &planetscale_client::ErrorDetail| { let _ = &it.namespace; };
    {
        #[allow(unused_imports)]
        use planetscale_client::Failure as _named;
    }
    let _ = planetscale_client::Failure::after;
    let _ = planetscale_client::Failure::operation;
    {
        #[allow(unused_imports)]
        use planetscale_client::HeaderMap as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::Items as _named;
    }
    // planetscale_client::Items::next is of a generic type
    {
        #[allow(unused_imports)]
        use planetscale_client::MAX_RESPONSE_BYTES as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::Message as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::Method as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::Outcome as _named;
    }
    let _ = |it: &planetscale_client::Outcome| matches!(it, planetscale_client::Outcome::Applied { .. });
    let _ = |it: &planetscale_client::Outcome| matches!(it, planetscale_client::Outcome::NotApplied { .. });
    let _ = |it: &planetscale_client::Outcome| matches!(it, planetscale_client::Outcome::Unknown { .. });
    {
        #[allow(unused_imports)]
        use planetscale_client::Pages as _named;
    }
    // planetscale_client::Pages::next is of a generic type
    {
        #[allow(unused_imports)]
        use planetscale_client::Refused as _named;
    }
    let _ = planetscale_client::Refused::body;
    let _ = planetscale_client::Refused::code;
    let _ = planetscale_client::Refused::details;
    let _ = planetscale_client::Refused::headers;
    let _ = planetscale_client::Refused::message;
    let _ = planetscale_client::Refused::operation;
    let _ = planetscale_client::Refused::request_id;
    let _ = planetscale_client::Refused::status;
    {
        #[allow(unused_imports)]
        use planetscale_client::Request as _named;
    }
    let _ = planetscale_client::Request::json;
    // planetscale_client::Request::query is generic
    let _ = planetscale_client::Request::send;
    {
        #[allow(unused_imports)]
        use planetscale_client::ResponseValue as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::RetryPolicy as _named;
    }
    let _ = planetscale_client::RetryPolicy::initial_delay;
    let _ = planetscale_client::RetryPolicy::max_delay;
    let _ = planetscale_client::RetryPolicy::max_retries;
    let _ = planetscale_client::RetryPolicy::none;
    {
        #[allow(unused_imports)]
        use planetscale_client::SERVER_URL_VAR as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::SERVICE_TOKEN_ID_VAR as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::SERVICE_TOKEN_VAR as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::ServiceToken as _named;
    }
    let _ = planetscale_client::ServiceToken::from_env;
    // planetscale_client::ServiceToken::new is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::Settings as _named;
    }
    let _ = planetscale_client::Settings::max_response_bytes;
    let _ = planetscale_client::Settings::retry;
    let _ = planetscale_client::Settings::timeout;
    {
        #[allow(unused_imports)]
        use planetscale_client::StatusCode as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::UnknownValue as _named;
    }
    let _ = planetscale_client::UnknownValue::as_str;
    {
        #[allow(unused_imports)]
        use planetscale_client::Unreadable as _named;
    }
    let _ = planetscale_client::Unreadable::body;
    let _ = planetscale_client::Unreadable::headers;
    let _ = planetscale_client::Unreadable::id;
    let _ = planetscale_client::Unreadable::operation;
    let _ = planetscale_client::Unreadable::path;
    let _ = planetscale_client::Unreadable::request_id;
    let _ = planetscale_client::Unreadable::status;
    {
        #[allow(unused_imports)]
        use planetscale_client::WaitError as _named;
    }
    let _ = |it: &planetscale_client::WaitError| matches!(it, planetscale_client::WaitError::Ended { .. });
    let _ = |it: &planetscale_client::WaitError| matches!(it, planetscale_client::WaitError::Poll { .. });
    let _ = |it: &planetscale_client::WaitError| matches!(it, planetscale_client::WaitError::TimedOut { .. });
    {
        #[allow(unused_imports)]
        use planetscale_client::WaitForBackup as _named;
    }
    let _ = planetscale_client::WaitForBackup::deadline;
    let _ = planetscale_client::WaitForBackup::first_delay;
    let _ = planetscale_client::WaitForBackup::interval;
    let _ = planetscale_client::WaitForBackup::max_consecutive_errors;
    // planetscale_client::WaitForBackup::on_progress is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::builder as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::builder::CreateBackup as _named;
    }
    // planetscale_client::builder::CreateBackup::body is generic
    // planetscale_client::builder::CreateBackup::body_map is generic
    // planetscale_client::builder::CreateBackup::branch is generic
    // planetscale_client::builder::CreateBackup::database is generic
    // planetscale_client::builder::CreateBackup::organization is generic
    let _ = planetscale_client::builder::CreateBackup::send;
    {
        #[allow(unused_imports)]
        use planetscale_client::builder::DeleteBackup as _named;
    }
    // planetscale_client::builder::DeleteBackup::branch is generic
    // planetscale_client::builder::DeleteBackup::database is generic
    // planetscale_client::builder::DeleteBackup::id is generic
    // planetscale_client::builder::DeleteBackup::organization is generic
    let _ = planetscale_client::builder::DeleteBackup::send;
    {
        #[allow(unused_imports)]
        use planetscale_client::builder::GetBackup as _named;
    }
    // planetscale_client::builder::GetBackup::branch is generic
    // planetscale_client::builder::GetBackup::database is generic
    // planetscale_client::builder::GetBackup::id is generic
    // planetscale_client::builder::GetBackup::organization is generic
    let _ = planetscale_client::builder::GetBackup::send;
    {
        #[allow(unused_imports)]
        use planetscale_client::builder::ListBackups as _named;
    }
    // planetscale_client::builder::ListBackups::all is generic
    // planetscale_client::builder::ListBackups::branch is generic
    // planetscale_client::builder::ListBackups::database is generic
    // planetscale_client::builder::ListBackups::from is generic
    let _ = planetscale_client::builder::ListBackups::items;
    // planetscale_client::builder::ListBackups::organization is generic
    // planetscale_client::builder::ListBackups::page is generic
    let _ = planetscale_client::builder::ListBackups::pages;
    // planetscale_client::builder::ListBackups::per_page is generic
    // planetscale_client::builder::ListBackups::policy is generic
    // planetscale_client::builder::ListBackups::production is generic
    // planetscale_client::builder::ListBackups::running_at is generic
    let _ = planetscale_client::builder::ListBackups::send;
    // planetscale_client::builder::ListBackups::state is generic
    // planetscale_client::builder::ListBackups::to is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::builder::UpdateBackup as _named;
    }
    // planetscale_client::builder::UpdateBackup::body is generic
    // planetscale_client::builder::UpdateBackup::body_map is generic
    // planetscale_client::builder::UpdateBackup::branch is generic
    // planetscale_client::builder::UpdateBackup::database is generic
    // planetscale_client::builder::UpdateBackup::id is generic
    // planetscale_client::builder::UpdateBackup::organization is generic
    let _ = planetscale_client::builder::UpdateBackup::send;
    {
        #[allow(unused_imports)]
        use planetscale_client::chrono as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::mock as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::mock::MockServer as _named;
    }
    // planetscale_client::mock::MockServer::accept_bearer is generic
    // planetscale_client::mock::MockServer::answer_next is generic
    let _ = planetscale_client::mock::MockServer::backups;
    let _ = planetscale_client::mock::MockServer::base_url;
    let _ = planetscale_client::mock::MockServer::client;
    let _ = planetscale_client::mock::MockServer::delay_next;
    let _ = planetscale_client::mock::MockServer::do_next_late;
    let _ = planetscale_client::mock::MockServer::limit_next;
    let _ = planetscale_client::mock::MockServer::lose_next_answer;
    let _ = planetscale_client::mock::MockServer::lose_next_request;
    // planetscale_client::mock::MockServer::move_states is generic
    let _ = planetscale_client::mock::MockServer::one_at_a_time;
    let _ = planetscale_client::mock::MockServer::pass_next;
    let _ = planetscale_client::mock::MockServer::refuse_next;
    // planetscale_client::mock::MockServer::replace_next_answer is generic
    let _ = planetscale_client::mock::MockServer::requests;
    // planetscale_client::mock::MockServer::script_states is generic
    let _ = planetscale_client::mock::MockServer::start;
    let _ = planetscale_client::mock::MockServer::token;
    let _ = planetscale_client::mock::MockServer::truncate_next_answer;
    {
        #[allow(unused_imports)]
        use planetscale_client::mock::RecordedRequest as _named;
    }
    let _ = |it: &planetscale_client::mock::RecordedRequest| { let _ = &it.body; };
    let _ = |it: &planetscale_client::mock::RecordedRequest| { let _ = &it.headers; };
    let _ = |it: &planetscale_client::mock::RecordedRequest| { let _ = &it.method; };
    let _ = |it: &planetscale_client::mock::RecordedRequest| { let _ = &it.target; };
    {
        #[allow(unused_imports)]
        use planetscale_client::mock::TOKEN as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::mock::TOKEN_ID as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::types as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::types::Actor as _named;
    }
    let _ = |it: &planetscale_client::types::Actor| { let _ = &it.avatar_url; };
    let _ = planetscale_client::types::Actor::builder;
    let _ = |it: &planetscale_client::types::Actor| { let _ = &it.display_name; };
    let _ = |it: &planetscale_client::types::Actor| { let _ = &it.id; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::ApiError as _named;
    }
    let _ = planetscale_client::types::ApiError::builder;
    let _ = |it: &planetscale_client::types::ApiError| { let _ = &it.code; };
    let _ = |it: &planetscale_client::types::ApiError| { let _ = &it.message; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::Backup as _named;
    }
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.actor; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.backup_policy; };
    let _ = planetscale_client::types::Backup::builder;
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.completed_at; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.created_at; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.database_branch; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.deleted_at; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.estimated_storage_cost; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.expires_at; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.id; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.name; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.protected; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.pvc_size; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.required; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.restored_branches; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.schema_snapshot; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.size; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.started_at; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.state; };
    let _ = |it: &planetscale_client::types::Backup| { let _ = &it.updated_at; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::BackupPolicy as _named;
    }
    let _ = planetscale_client::types::BackupPolicy::builder;
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.created_at; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.frequency_unit; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.frequency_value; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.id; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.last_ran_at; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.name; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.next_run_at; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.required; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.retention_unit; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.retention_value; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.schedule_day; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.schedule_time; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.schedule_week; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.target; };
    let _ = |it: &planetscale_client::types::BackupPolicy| { let _ = &it.updated_at; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::BackupPolicyTarget as _named;
    }
    let _ = |it: &planetscale_client::types::BackupPolicyTarget| matches!(it, planetscale_client::types::BackupPolicyTarget::Development { .. });
    let _ = planetscale_client::types::BackupPolicyTarget::KNOWN;
    let _ = |it: &planetscale_client::types::BackupPolicyTarget| matches!(it, planetscale_client::types::BackupPolicyTarget::Production { .. });
    let _ = |it: &planetscale_client::types::BackupPolicyTarget| matches!(it, planetscale_client::types::BackupPolicyTarget::Unknown { .. });
    let _ = planetscale_client::types::BackupPolicyTarget::as_str;
    {
        #[allow(unused_imports)]
        use planetscale_client::types::BackupState as _named;
    }
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Canceled { .. });
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Failed { .. });
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Ignored { .. });
    let _ = planetscale_client::types::BackupState::KNOWN;
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Pending { .. });
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Running { .. });
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Success { .. });
    let _ = |it: &planetscale_client::types::BackupState| matches!(it, planetscale_client::types::BackupState::Unknown { .. });
    let _ = planetscale_client::types::BackupState::as_str;
    {
        #[allow(unused_imports)]
        use planetscale_client::types::BranchReference as _named;
    }
    let _ = planetscale_client::types::BranchReference::builder;
    let _ = |it: &planetscale_client::types::BranchReference| { let _ = &it.created_at; };
    let _ = |it: &planetscale_client::types::BranchReference| { let _ = &it.deleted_at; };
    let _ = |it: &planetscale_client::types::BranchReference| { let _ = &it.id; };
    let _ = |it: &planetscale_client::types::BranchReference| { let _ = &it.name; };
    let _ = |it: &planetscale_client::types::BranchReference| { let _ = &it.updated_at; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::CreateBackupBody as _named;
    }
    let _ = planetscale_client::types::CreateBackupBody::builder;
    let _ = |it: &planetscale_client::types::CreateBackupBody| { let _ = &it.emergency; };
    let _ = |it: &planetscale_client::types::CreateBackupBody| { let _ = &it.name; };
    let _ = |it: &planetscale_client::types::CreateBackupBody| { let _ = &it.retention_unit; };
    let _ = |it: &planetscale_client::types::CreateBackupBody| { let _ = &it.retention_value; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::PaginatedBackup as _named;
    }
    let _ = planetscale_client::types::PaginatedBackup::builder;
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.current_page; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.data; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.next_page; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.next_page_url; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.prev_page; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.prev_page_url; };
    let _ = |it: &planetscale_client::types::PaginatedBackup| { let _ = &it.type_; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::RetentionUnit as _named;
    }
    let _ = |it: &planetscale_client::types::RetentionUnit| matches!(it, planetscale_client::types::RetentionUnit::Day { .. });
    let _ = |it: &planetscale_client::types::RetentionUnit| matches!(it, planetscale_client::types::RetentionUnit::Hour { .. });
    let _ = |it: &planetscale_client::types::RetentionUnit| matches!(it, planetscale_client::types::RetentionUnit::Month { .. });
    let _ = |it: &planetscale_client::types::RetentionUnit| matches!(it, planetscale_client::types::RetentionUnit::Week { .. });
    let _ = |it: &planetscale_client::types::RetentionUnit| matches!(it, planetscale_client::types::RetentionUnit::Year { .. });
    {
        #[allow(unused_imports)]
        use planetscale_client::types::SchemaSnapshot as _named;
    }
    let _ = planetscale_client::types::SchemaSnapshot::builder;
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.created_at; };
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.id; };
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.linted_at; };
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.name; };
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.updated_at; };
    let _ = |it: &planetscale_client::types::SchemaSnapshot| { let _ = &it.url; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::UpdateBackupBody as _named;
    }
    let _ = planetscale_client::types::UpdateBackupBody::builder;
    let _ = |it: &planetscale_client::types::UpdateBackupBody| { let _ = &it.protected; };
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::Actor as _named;
    }
    // planetscale_client::types::builder::Actor::avatar_url is generic
    // planetscale_client::types::builder::Actor::display_name is generic
    // planetscale_client::types::builder::Actor::id is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::ApiError as _named;
    }
    // planetscale_client::types::builder::ApiError::code is generic
    // planetscale_client::types::builder::ApiError::message is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::Backup as _named;
    }
    // planetscale_client::types::builder::Backup::actor is generic
    // planetscale_client::types::builder::Backup::backup_policy is generic
    // planetscale_client::types::builder::Backup::completed_at is generic
    // planetscale_client::types::builder::Backup::created_at is generic
    // planetscale_client::types::builder::Backup::database_branch is generic
    // planetscale_client::types::builder::Backup::deleted_at is generic
    // planetscale_client::types::builder::Backup::estimated_storage_cost is generic
    // planetscale_client::types::builder::Backup::expires_at is generic
    // planetscale_client::types::builder::Backup::id is generic
    // planetscale_client::types::builder::Backup::name is generic
    // planetscale_client::types::builder::Backup::protected is generic
    // planetscale_client::types::builder::Backup::pvc_size is generic
    // planetscale_client::types::builder::Backup::required is generic
    // planetscale_client::types::builder::Backup::restored_branches is generic
    // planetscale_client::types::builder::Backup::schema_snapshot is generic
    let _ = planetscale_client::types::builder::Backup::set_actor;
    let _ = planetscale_client::types::builder::Backup::set_backup_policy;
    let _ = planetscale_client::types::builder::Backup::set_completed_at;
    let _ = planetscale_client::types::builder::Backup::set_database_branch;
    let _ = planetscale_client::types::builder::Backup::set_deleted_at;
    let _ = planetscale_client::types::builder::Backup::set_expires_at;
    let _ = planetscale_client::types::builder::Backup::set_schema_snapshot;
    let _ = planetscale_client::types::builder::Backup::set_started_at;
    // planetscale_client::types::builder::Backup::size is generic
    // planetscale_client::types::builder::Backup::started_at is generic
    // planetscale_client::types::builder::Backup::state is generic
    // planetscale_client::types::builder::Backup::updated_at is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::BackupPolicy as _named;
    }
    // planetscale_client::types::builder::BackupPolicy::created_at is generic
    // planetscale_client::types::builder::BackupPolicy::frequency_unit is generic
    // planetscale_client::types::builder::BackupPolicy::frequency_value is generic
    // planetscale_client::types::builder::BackupPolicy::id is generic
    // planetscale_client::types::builder::BackupPolicy::last_ran_at is generic
    // planetscale_client::types::builder::BackupPolicy::name is generic
    // planetscale_client::types::builder::BackupPolicy::next_run_at is generic
    // planetscale_client::types::builder::BackupPolicy::required is generic
    // planetscale_client::types::builder::BackupPolicy::retention_unit is generic
    // planetscale_client::types::builder::BackupPolicy::retention_value is generic
    // planetscale_client::types::builder::BackupPolicy::schedule_day is generic
    // planetscale_client::types::builder::BackupPolicy::schedule_time is generic
    // planetscale_client::types::builder::BackupPolicy::schedule_week is generic
    let _ = planetscale_client::types::builder::BackupPolicy::set_last_ran_at;
    let _ = planetscale_client::types::builder::BackupPolicy::set_next_run_at;
    let _ = planetscale_client::types::builder::BackupPolicy::set_schedule_day;
    let _ = planetscale_client::types::builder::BackupPolicy::set_schedule_time;
    let _ = planetscale_client::types::builder::BackupPolicy::set_schedule_week;
    // planetscale_client::types::builder::BackupPolicy::target is generic
    // planetscale_client::types::builder::BackupPolicy::updated_at is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::BranchReference as _named;
    }
    // planetscale_client::types::builder::BranchReference::created_at is generic
    // planetscale_client::types::builder::BranchReference::deleted_at is generic
    // planetscale_client::types::builder::BranchReference::id is generic
    // planetscale_client::types::builder::BranchReference::name is generic
    let _ = planetscale_client::types::builder::BranchReference::set_deleted_at;
    // planetscale_client::types::builder::BranchReference::updated_at is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::CreateBackupBody as _named;
    }
    // planetscale_client::types::builder::CreateBackupBody::emergency is generic
    // planetscale_client::types::builder::CreateBackupBody::name is generic
    // planetscale_client::types::builder::CreateBackupBody::retention_unit is generic
    // planetscale_client::types::builder::CreateBackupBody::retention_value is generic
    let _ = planetscale_client::types::builder::CreateBackupBody::set_emergency;
    let _ = planetscale_client::types::builder::CreateBackupBody::set_name;
    let _ = planetscale_client::types::builder::CreateBackupBody::set_retention_unit;
    let _ = planetscale_client::types::builder::CreateBackupBody::set_retention_value;
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::PaginatedBackup as _named;
    }
    // planetscale_client::types::builder::PaginatedBackup::current_page is generic
    // planetscale_client::types::builder::PaginatedBackup::data is generic
    // planetscale_client::types::builder::PaginatedBackup::next_page is generic
    // planetscale_client::types::builder::PaginatedBackup::next_page_url is generic
    // planetscale_client::types::builder::PaginatedBackup::prev_page is generic
    // planetscale_client::types::builder::PaginatedBackup::prev_page_url is generic
    let _ = planetscale_client::types::builder::PaginatedBackup::set_next_page;
    let _ = planetscale_client::types::builder::PaginatedBackup::set_next_page_url;
    let _ = planetscale_client::types::builder::PaginatedBackup::set_prev_page;
    let _ = planetscale_client::types::builder::PaginatedBackup::set_prev_page_url;
    // planetscale_client::types::builder::PaginatedBackup::type_ is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::SchemaSnapshot as _named;
    }
    // planetscale_client::types::builder::SchemaSnapshot::created_at is generic
    // planetscale_client::types::builder::SchemaSnapshot::id is generic
    // planetscale_client::types::builder::SchemaSnapshot::linted_at is generic
    // planetscale_client::types::builder::SchemaSnapshot::name is generic
    let _ = planetscale_client::types::builder::SchemaSnapshot::set_linted_at;
    // planetscale_client::types::builder::SchemaSnapshot::updated_at is generic
    // planetscale_client::types::builder::SchemaSnapshot::url is generic
    {
        #[allow(unused_imports)]
        use planetscale_client::types::builder::UpdateBackupBody as _named;
    }
    // planetscale_client::types::builder::UpdateBackupBody::protected is generic
    let _ = planetscale_client::types::builder::UpdateBackupBody::set_protected;
    {
        #[allow(unused_imports)]
        use planetscale_client::types::error as _named;
    }
    {
        #[allow(unused_imports)]
        use planetscale_client::types::error::ConversionError as _named;
    }
}

/// The JSON Schema of every generated type.
pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
    vec![
        ("Actor", schemars::schema_for!(planetscale_client::types::Actor)),
        ("ApiError", schemars::schema_for!(planetscale_client::types::ApiError)),
        ("Backup", schemars::schema_for!(planetscale_client::types::Backup)),
        ("BackupPolicy", schemars::schema_for!(planetscale_client::types::BackupPolicy)),
        ("BackupPolicyTarget", schemars::schema_for!(planetscale_client::types::BackupPolicyTarget)),
        ("BackupState", schemars::schema_for!(planetscale_client::types::BackupState)),
        ("BranchReference", schemars::schema_for!(planetscale_client::types::BranchReference)),
        ("CreateBackupBody", schemars::schema_for!(planetscale_client::types::CreateBackupBody)),
        ("PaginatedBackup", schemars::schema_for!(planetscale_client::types::PaginatedBackup)),
        ("RetentionUnit", schemars::schema_for!(planetscale_client::types::RetentionUnit)),
        ("SchemaSnapshot", schemars::schema_for!(planetscale_client::types::SchemaSnapshot)),
        ("UpdateBackupBody", schemars::schema_for!(planetscale_client::types::UpdateBackupBody)),
    ]
}
