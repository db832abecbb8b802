-- a copy for tests must not reach anybody's books, even where the check of the database's uuid is bypassed
UPDATE qbo_credential
   SET client_secret_enc = NULL, access_token_enc = NULL, refresh_token_enc = NULL,
       access_expires_at = NULL, refresh_expires_at = NULL, hard_expires_at = NULL, refreshed_at = NULL;

UPDATE qbo_connection
   SET state = 'disconnected', state_reason = NULL, database_uuid = NULL, paused_until = NULL, paused_reason = NULL;

-- nor does the copy hear what is told, or ask
DELETE FROM qbo_webhook_token;
UPDATE qbo_connection SET poll_hours = 0, poll_asked = false;

DELETE FROM qbo_oauth_state;

-- the app's keys live here when several connections share them; monitoring of the original is not for the copy
DELETE FROM ir_config_parameter
 WHERE key LIKE 'qbo\_connector.client\_%' OR key = 'qbo_connector.health_token_hash';
