/**
 * The tables. Times are timestamptz and always the database's clock; ids are UUIDv7 made by the process; `text` checks
 * instead of enum types, because a value can be added to a check without rewriting or locking for long.
 *
 * Lock order, everywhere: inbound_event, message_external, identity, thread (by id), conversation, message, delivery.
 * A conversation is only ever changed while its thread's row is locked.
 */
export const tables = /* sql */ `
CREATE TABLE instance (
  id uuid PRIMARY KEY,
  lock_no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
  roles text[] NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL,
  embedded boolean NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  ended_as text CHECK (ended_as IN ('stopped', 'dead'))
);
CREATE INDEX instance_live ON instance (heartbeat_at) WHERE ended_at IS NULL;

CREATE TABLE account (
  id text PRIMARY KEY,
  channel text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- {accountMs, chatMs, groupMs, burst}: milliseconds between calls; null: off
  pace jsonb,
  -- next free turn of the account's pace; in the past when idle
  pace_at timestamptz NOT NULL DEFAULT '-infinity',
  blocked_until timestamptz NOT NULL DEFAULT '-infinity',
  flood_at timestamptz,
  flood_chat text,
  -- the one instance whose connector receives for this account
  owner_instance uuid,
  owner_token bigint NOT NULL DEFAULT 0,
  state jsonb,
  state_at timestamptz
);

-- A place at the platform we send to; groups hold many threads. Rows exist only where pace or a refusal needs them.
CREATE TABLE chat (
  account_id text NOT NULL REFERENCES account,
  key text NOT NULL,
  pace_at timestamptz NOT NULL DEFAULT '-infinity',
  blocked_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (account_id, key)
);

CREATE TABLE team (
  id text PRIMARY KEY,
  name text NOT NULL,
  languages text[] NOT NULL DEFAULT '{}',
  from_file boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE agent (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('agent', 'lead', 'admin')),
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);

CREATE TABLE contact (
  id uuid PRIMARY KEY,
  display_name text NOT NULL,
  language text,
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at timestamptz
);

CREATE TABLE identity (
  id uuid PRIMARY KEY,
  channel text NOT NULL,
  external_id text NOT NULL,
  contact_id uuid NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
  display_name text NOT NULL,
  handle text,
  language_hint text,
  unreachable_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (channel, external_id)
);
CREATE INDEX identity_contact ON identity (contact_id);

CREATE TABLE thread (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  external_key text NOT NULL,
  -- what the channel sends to; and the place whose pace it shares with other threads
  address text NOT NULL,
  chat_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('private', 'group', 'channel')),
  title text,
  identity_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  shard smallint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seq bigint NOT NULL DEFAULT 0,
  last_out bigint NOT NULL DEFAULT 0,
  -- Lower bounds: no message before new_from is new, no part before open_from is open; null: none is. Messages and parts
  -- that change their state then touch no index (Postgres' HOT updates).
  new_from bigint,
  open_from bigint,
  -- the next moment this thread needs a worker
  due_at timestamptz,
  first_new_at timestamptz,
  pause_until timestamptz,
  hold_until timestamptz,
  lease_owner uuid,
  lease_token bigint NOT NULL DEFAULT 0,
  lease_alone boolean NOT NULL DEFAULT false,
  -- 0 its last claim ended cleanly; 1 with its process: drain it among few; 2 so did that: drain it alone. Only deaths while
  -- alone count towards poison
  suspicion smallint NOT NULL DEFAULT 0,
  alone_deaths smallint NOT NULL DEFAULT 0,
  UNIQUE (account_id, external_key)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX thread_due ON thread (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX thread_leased ON thread (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE conversation (
  id uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  thread_id uuid NOT NULL REFERENCES thread,
  account_id text NOT NULL,
  contact_id uuid NOT NULL,
  previous_id uuid REFERENCES conversation,
  status text NOT NULL CHECK (status IN ('open', 'pending', 'snoozed', 'resolved')),
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  topic text,
  owner_kind text NOT NULL CHECK (owner_kind IN ('bot', 'queue', 'agent', 'none')),
  owner_team text,
  owner_agent uuid,
  owner_version bigint NOT NULL DEFAULT 1,
  version bigint NOT NULL DEFAULT 1,
  resolved_owner_kind text,
  language text,
  bot_memory jsonb NOT NULL DEFAULT '{}',
  -- a certain secret was pasted and the customer has not been told yet
  secret_pending boolean NOT NULL DEFAULT false,
  secret_told_at timestamptz,
  unread integer NOT NULL DEFAULT 0,
  -- last word of a customer or an agent, what the inbox sorts by; the bot's own answers do not move a conversation
  last_message_at timestamptz NOT NULL DEFAULT now(),
  last_inbound_at timestamptz,
  -- the beginning of that word: what an agent looks for is what the customer wants, not what the bot said
  preview text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  CHECK ((owner_kind = 'none') = (status = 'resolved')),
  CHECK (owner_kind <> 'queue' OR owner_team IS NOT NULL),
  CHECK (owner_kind <> 'agent' OR owner_agent IS NOT NULL)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX conversation_unresolved ON conversation (thread_id) WHERE status <> 'resolved';
CREATE INDEX conversation_thread ON conversation (thread_id, number);
CREATE INDEX conversation_list ON conversation (owner_kind, status, last_message_at DESC, id DESC);
CREATE INDEX conversation_contact ON conversation (contact_id);

CREATE TABLE message (
  id uuid PRIMARY KEY,
  thread_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('inbound', 'outbound', 'note', 'activity')),
  author_kind text NOT NULL CHECK (author_kind IN ('contact', 'bot', 'agent', 'system')),
  author_id text,
  text text NOT NULL,
  body jsonb,
  class text CHECK (class IN ('repeatable', 'single')),
  -- inbound only: what became of it
  state text CHECK (state IN ('new', 'answered', 'routed', 'parked', 'filed')),
  state_reason text,
  parked_at timestamptz,
  cause_id uuid,
  reply_to_external_id text,
  entry text,
  -- inbound: the event it came from; activity: what changed, in our own words for machines
  event_key text,
  activity jsonb,
  occurred_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  erased_at timestamptz,
  CHECK ((kind = 'inbound') = (state IS NOT NULL)),
  CHECK ((parked_at IS NOT NULL) = coalesce(state = 'parked', false)),
  UNIQUE (thread_id, seq)
) WITH (fillfactor = 85);
CREATE INDEX message_parked ON message (parked_at) WHERE parked_at IS NOT NULL;

CREATE TABLE message_external (
  account_id text NOT NULL,
  external_id text NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (account_id, external_id)
);

CREATE TABLE message_edit (
  message_id uuid NOT NULL,
  at timestamptz NOT NULL,
  text text NOT NULL,
  body jsonb,
  event_key text NOT NULL,
  PRIMARY KEY (message_id, event_key)
);

CREATE TABLE message_reaction (
  message_id uuid NOT NULL,
  author_id text NOT NULL,
  emoji text[] NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (message_id, author_id)
);

CREATE TABLE inbound_event (
  account_id text NOT NULL,
  event_key text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL CHECK (state IN ('stored', 'duplicate', 'waiting', 'filed', 'parked')),
  reason text,
  target_external_id text,
  -- an edit, delete or reaction in our own form, kept while it waits for its message
  change jsonb,
  raw bytea,
  raw_blob text,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, event_key)
);
CREATE INDEX inbound_event_waiting ON inbound_event (account_id, target_external_id) WHERE state = 'waiting';
CREATE INDEX inbound_event_parked ON inbound_event (received_at) WHERE state = 'parked';
CREATE INDEX inbound_event_raw ON inbound_event (received_at) WHERE raw IS NOT NULL OR raw_blob IS NOT NULL;

CREATE TABLE secret_finding (
  id uuid PRIMARY KEY,
  account_id text NOT NULL,
  event_key text NOT NULL,
  message_id uuid,
  rule text NOT NULL,
  certain boolean NOT NULL,
  path text NOT NULL,
  start integer NOT NULL,
  length integer NOT NULL,
  -- the masked original of an uncertain finding, encrypted; never set for certain ones
  sealed bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (NOT certain OR sealed IS NULL)
);
CREATE INDEX secret_finding_message ON secret_finding (message_id);
CREATE INDEX secret_finding_sealed ON secret_finding (created_at) WHERE sealed IS NOT NULL;

CREATE TABLE turn (
  id uuid PRIMARY KEY,
  thread_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  upto_seq bigint NOT NULL,
  owner_version bigint NOT NULL,
  instance uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'used', 'superseded', 'expired')),
  output jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE UNIQUE INDEX turn_open ON turn (thread_id) WHERE state IN ('running', 'done');

CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  account_id text NOT NULL,
  out_seq bigint NOT NULL,
  ordinal smallint NOT NULL,
  action text NOT NULL DEFAULT 'send' CHECK (action IN ('send', 'edit', 'delete', 'react')),
  class text NOT NULL CHECK (class IN ('repeatable', 'single')),
  part jsonb NOT NULL,
  target_external_id text,
  reply_to_external_id text,
  -- bot output: the owner_version it was decided under
  owner_version bigint,
  state text NOT NULL CHECK (state IN ('scheduled', 'pending', 'sending', 'retry', 'sent', 'delivered', 'read', 'bounced',
    'failed', 'unknown', 'needs_review', 'superseded', 'cancelled')),
  attempt integer NOT NULL DEFAULT 0,
  -- how many of its calls may have arrived although we do not know
  ambiguous smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  reserved boolean NOT NULL DEFAULT false,
  sending_token bigint,
  external_id text,
  error_kind text,
  error text,
  resend_of uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  sending_at timestamptz,
  finished_at timestamptz,
  -- since when it waits for a person's verdict or has failed
  attention_at timestamptz,
  UNIQUE (thread_id, out_seq)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX delivery_message ON delivery (message_id);
CREATE INDEX delivery_resend ON delivery (resend_of) WHERE resend_of IS NOT NULL;
CREATE INDEX delivery_attention ON delivery (attention_at) WHERE attention_at IS NOT NULL;

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_kind text NOT NULL CHECK (actor_kind IN ('customer', 'bot', 'agent', 'system', 'operator')),
  actor_id text,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  seal_no bigint UNIQUE,
  hash bytea
);
-- Where the chain begins after retention removed its oldest rows.
CREATE TABLE audit_anchor (
  seal_no bigint PRIMARY KEY,
  hash bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_unsealed ON audit (id) WHERE seal_no IS NULL;
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, id);

-- The delivery state machine: one place says what may follow what; anything else is an error of ours and raises.
CREATE FUNCTION delivery_check_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (CASE OLD.state
    WHEN 'scheduled' THEN NEW.state IN ('pending', 'sending', 'superseded', 'cancelled', 'failed', 'needs_review')
    WHEN 'pending' THEN NEW.state IN ('sending', 'superseded', 'cancelled', 'failed', 'needs_review')
    WHEN 'retry' THEN NEW.state IN ('sending', 'superseded', 'cancelled', 'failed', 'needs_review')
    WHEN 'sending' THEN NEW.state IN ('sent', 'retry', 'failed', 'unknown', 'needs_review')
    WHEN 'unknown' THEN NEW.state IN ('retry', 'needs_review', 'sent', 'failed', 'superseded')
    WHEN 'sent' THEN NEW.state IN ('delivered', 'read', 'bounced')
    WHEN 'delivered' THEN NEW.state IN ('read', 'bounced')
    WHEN 'needs_review' THEN NEW.state IN ('sent', 'bounced', 'cancelled')
    ELSE false
  END) THEN
    RAISE EXCEPTION 'delivery % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'PA001';
  END IF;
  IF NEW.state NOT IN ('scheduled', 'pending', 'sending', 'retry', 'unknown') AND NEW.finished_at IS NULL THEN
    NEW.finished_at := clock_timestamp();
  END IF;
  NEW.attention_at := CASE WHEN NEW.state IN ('needs_review', 'failed', 'bounced') THEN clock_timestamp() END;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_transition BEFORE UPDATE OF state ON delivery FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION delivery_check_transition();

-- Seals committed audit rows into a hash chain, oldest first; late commits are sealed when they appear.
CREATE FUNCTION audit_digest(p_prev bytea, p_row audit) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(p_prev || convert_to(jsonb_build_array(p_row.id, extract(epoch FROM p_row.at)::text, p_row.actor_kind,
    p_row.actor_id, p_row.action, p_row.subject_kind, p_row.subject_id, p_row.detail)::text, 'UTF8'))
$$;
CREATE FUNCTION audit_seal(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  r audit;
  prev bytea;
  no bigint;
  sealed integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(1885434476, 3) THEN RETURN 0; END IF;
  SELECT a.hash, a.seal_no INTO prev, no FROM audit a WHERE a.seal_no IS NOT NULL ORDER BY a.seal_no DESC LIMIT 1;
  IF no IS NULL THEN
    SELECT a.hash, a.seal_no INTO prev, no FROM audit_anchor a ORDER BY a.seal_no DESC LIMIT 1;
  END IF;
  prev := coalesce(prev, ''::bytea);
  no := coalesce(no, 0);
  FOR r IN SELECT * FROM audit a WHERE a.seal_no IS NULL ORDER BY a.id LIMIT p_limit LOOP
    no := no + 1;
    prev := audit_digest(prev, r);
    UPDATE audit SET seal_no = no, hash = prev WHERE id = r.id;
    sealed := sealed + 1;
  END LOOP;
  RETURN sealed;
END $$;
-- The first broken link, or null when the chain holds.
CREATE FUNCTION audit_first_break() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  r audit;
  prev bytea;
  no bigint;
BEGIN
  SELECT a.hash, a.seal_no INTO prev, no FROM audit_anchor a ORDER BY a.seal_no DESC LIMIT 1;
  prev := coalesce(prev, ''::bytea);
  no := coalesce(no, 0);
  FOR r IN SELECT * FROM audit a WHERE a.seal_no > no ORDER BY a.seal_no LOOP
    no := no + 1;
    prev := audit_digest(prev, r);
    IF r.seal_no <> no OR r.hash IS DISTINCT FROM prev THEN RETURN no; END IF;
  END LOOP;
  RETURN NULL;
END $$;
`;
