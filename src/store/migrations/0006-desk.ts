/**
 * The desk: who is signed in, who is in which team, what agents may see and do, and the log of changes for API clients.
 *
 * Rights are checked in the transaction that acts, under the thread's lock and with the agent's row held: who is disabled, or
 * leaves a team, acts before that or not at all. Lock order: thread, then agent; administration locks one agent and no thread.
 */
export const desk = /* sql */ `
CREATE TABLE team_member (
  agent_id uuid NOT NULL REFERENCES agent,
  team_id text NOT NULL REFERENCES team,
  PRIMARY KEY (agent_id, team_id)
);
CREATE INDEX team_member_team ON team_member (team_id);

-- One signed-in browser. The token itself is nowhere but in that browser.
CREATE TABLE agent_session (
  id uuid PRIMARY KEY,
  agent_id uuid NOT NULL REFERENCES agent,
  digest bytea NOT NULL UNIQUE,
  csrf text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  -- 12 h after it was last seen, 14 days after it began at the latest
  expires_at timestamptz NOT NULL,
  address text NOT NULL,
  user_agent text NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX agent_session_agent ON agent_session (agent_id);

-- Attempts to sign in, counted before they are made: by account in a network, by network, by account.
CREATE TABLE sign_in_attempt (
  key text PRIMARY KEY,
  attempts integer NOT NULL,
  until_at timestamptz NOT NULL
);

-- The lists. No row of the bot enters any of these: it changes several times a message and must stay in place.
CREATE INDEX conversation_mine ON conversation (owner_agent, last_message_at DESC, id DESC) WHERE owner_kind = 'agent';
CREATE INDEX conversation_team ON conversation (owner_team, owner_kind, last_message_at DESC, id DESC)
  WHERE owner_kind IN ('queue', 'agent');
-- Of no team: "owner_team IS NULL" leads no index to an order, so they have one of their own.
CREATE INDEX conversation_owned_teamless ON conversation (last_message_at DESC, id DESC)
  WHERE owner_kind = 'agent' AND owner_team IS NULL;
-- What the guard found in edits has no message of its own; threads find it by the edit.
CREATE INDEX secret_finding_edit ON secret_finding (account_id, event_key) WHERE message_id IS NULL;
CREATE INDEX delivery_for_people ON delivery (conversation_id) WHERE attention_at IS NOT NULL;

-- Whether somebody may see a conversation, and so act on it: whoever sees everything, what was never handed to a team, one's own
-- teams', and one's own.
CREATE FUNCTION desk_sees_v1(p_all boolean, p_agent uuid, p_teams text[], c conversation) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT p_all OR c.owner_team IS NULL OR c.owner_team = ANY (p_teams)
    OR (c.owner_agent = p_agent AND (c.owner_kind = 'agent' OR (c.owner_kind = 'none' AND c.resolved_owner_kind = 'agent')))
$$;

-- Begins an act: the conversation locked, the agent's rights as they are now and stay until the commit.
CREATE FUNCTION desk_enter_v1(p_agent uuid, p_conversation uuid, OUT outcome text, OUT sees_all boolean, OUT c conversation)
LANGUAGE plpgsql AS $$
DECLARE
  teams text[];
BEGIN
  c := lock_conversation_v1(p_conversation);
  SELECT a.role IN ('lead', 'admin') INTO sees_all FROM agent a WHERE a.id = p_agent AND a.disabled_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    outcome := 'signed_out';
    RETURN;
  END IF;
  teams := ARRAY(SELECT m.team_id FROM team_member m WHERE m.agent_id = p_agent);
  outcome := CASE WHEN c.id IS NOT NULL AND desk_sees_v1(sees_all, p_agent, teams, c) THEN 'ok' ELSE 'gone' END;
END $$;

CREATE TYPE desk_act_v1 AS (outcome text, owner_kind text, owner_name text, owner_version bigint, thread_id uuid, shard smallint);

CREATE FUNCTION desk_acted_v1(p_outcome text, p_conversation uuid) RETURNS desk_act_v1 LANGUAGE sql STABLE AS $$
  SELECT ROW(p_outcome, c.owner_kind, CASE c.owner_kind WHEN 'agent' THEN a.name END, c.owner_version, t.id, t.shard)::desk_act_v1
  FROM conversation c JOIN thread t ON t.id = c.thread_id LEFT JOIN agent a ON a.id = c.owner_agent
  WHERE c.id = p_conversation
$$;

-- Takes, assigns, hands back or resolves. What stands already as it is wanted is 'ok' and changes nothing.
CREATE FUNCTION desk_own_v1(p_agent uuid, p_conversation uuid, p_expected bigint, p_kind text, p_team text, p_to uuid, p_why text)
RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  c conversation;
  target agent;
  moved text;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  IF p_kind = 'queue' THEN
    PERFORM FROM team t WHERE t.id = p_team FOR KEY SHARE;
    IF NOT FOUND THEN RETURN desk_acted_v1('no_team', p_conversation); END IF;
  ELSIF p_kind = 'agent' THEN
    SELECT * INTO target FROM agent a WHERE a.id = p_to FOR SHARE;
    IF target.id IS NULL THEN RETURN desk_acted_v1('no_agent', p_conversation); END IF;
    IF target.disabled_at IS NOT NULL THEN RETURN desk_acted_v1('agent_disabled', p_conversation); END IF;
    IF NOT entered.sees_all AND p_to <> p_agent AND c.owner_team IS NOT NULL AND NOT EXISTS (
      SELECT FROM team_member m WHERE m.agent_id = p_to AND m.team_id = c.owner_team
    ) THEN
      RETURN desk_acted_v1('not_of_team', p_conversation);
    END IF;
  END IF;
  IF (p_kind = 'agent' AND c.owner_kind = 'agent' AND c.owner_agent = p_to AND (p_to = p_agent OR c.owner_version = p_expected))
    OR (c.owner_version = p_expected AND c.owner_kind = p_kind AND c.owner_kind IN ('bot', 'queue')
      AND (p_kind = 'bot' OR c.owner_team = p_team))
  THEN
    RETURN desk_acted_v1('ok', p_conversation);
  END IF;
  SELECT o.outcome INTO moved
  FROM person_own_v1(p_conversation, p_expected, p_kind, p_team, p_to, 'agent', p_agent::text, p_why) o;
  RETURN desk_acted_v1(moved, p_conversation);
END $$;

-- A reply or a note. The same message again, of the same agent in the same place, is answered like the first.
CREATE FUNCTION desk_write_v1(p_agent uuid, p_conversation uuid, p_kind text, p_message jsonb)
RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  wrote text;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  IF EXISTS (
    SELECT FROM message m WHERE m.id = (p_message->>'id')::uuid
      AND (m.conversation_id, m.kind, m.author_kind, m.author_id) IS DISTINCT FROM (p_conversation, p_kind, 'agent', p_agent::text)
  ) THEN
    RETURN desk_acted_v1('id_taken', p_conversation);
  END IF;
  SELECT o.outcome INTO wrote FROM person_write_v1(p_conversation, p_agent, p_kind, p_message) o;
  RETURN desk_acted_v1(wrote, p_conversation);
END $$;

-- Everything up to and with this seq has been seen.
CREATE FUNCTION desk_read_v1(p_agent uuid, p_conversation uuid, p_upto bigint) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  c conversation;
  waiting integer;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  IF c.unread > 0 THEN
    SELECT count(*) INTO waiting FROM (
      SELECT FROM message m WHERE m.thread_id = c.thread_id AND m.seq > p_upto AND m.conversation_id = c.id AND m.kind = 'inbound'
      LIMIT c.unread
    ) x;
    IF waiting < c.unread THEN
      UPDATE conversation x SET unread = waiting, version = x.version + 1 WHERE x.id = c.id;
    END IF;
  END IF;
  RETURN desk_acted_v1('ok', p_conversation);
END $$;

-- A verdict on a part. One that failed stays failed; dismissed, it asks for nobody any more.
CREATE FUNCTION desk_review_v1(p_agent uuid, p_delivery uuid, p_verdict text, p_new_message uuid, p_new_delivery uuid)
RETURNS TABLE (outcome text, conversation_id uuid, thread_id uuid, shard smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  entered record;
  place uuid;
  d delivery;
BEGIN
  SELECT d.conversation_id INTO place FROM delivery d WHERE d.id = p_delivery;
  entered := desk_enter_v1(p_agent, place);
  IF entered.outcome <> 'ok' THEN
    RETURN QUERY SELECT entered.outcome, NULL::uuid, NULL::uuid, NULL::smallint;
    RETURN;
  END IF;
  SELECT * INTO d FROM delivery x WHERE x.id = p_delivery;
  IF p_verdict = 'dismiss' AND d.state IN ('failed', 'bounced') THEN
    IF EXISTS (SELECT FROM delivery x WHERE x.resend_of = d.id) THEN
      RETURN QUERY SELECT 'resent', place, d.thread_id, NULL::smallint;
      RETURN;
    END IF;
    IF d.attention_at IS NOT NULL THEN
      UPDATE delivery SET attention_at = NULL WHERE id = d.id;
      UPDATE conversation SET version = version + 1 WHERE id = place;
      INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
      VALUES ('agent', p_agent::text, 'delivery.dismiss', 'delivery', d.id::text,
        jsonb_build_object('conversation', place, 'state', d.state));
    END IF;
    RETURN QUERY SELECT 'ok', place, t.id, t.shard FROM thread t WHERE t.id = d.thread_id;
    RETURN;
  END IF;
  RETURN QUERY SELECT o.outcome, place, o.thread_id, o.shard
    FROM person_review_v1(p_delivery, p_verdict, p_new_message, p_new_delivery, 'agent', p_agent::text) o;
END $$;

-- Every change of a conversation, for clients that catch up. A row is handed out only when every transaction before its own has
-- ended (xid below the oldest one running), so a late commit is never skipped.
CREATE TABLE conversation_change (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  conversation_id uuid NOT NULL,
  version bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversation_change_order ON conversation_change (xid, conversation_id, version);
-- Up to where changes were thrown away.
CREATE TABLE conversation_change_floor (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  xid xid8 NOT NULL
);

-- Of every row of a statement, without looking whether its version moved: to join old and new rows would cost a batch more than
-- the few rows too many, and clients drop repeats.
CREATE FUNCTION log_conversation_change_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO conversation_change (conversation_id, version) SELECT n.id, n.version FROM new_rows n;
  RETURN NULL;
END $$;
CREATE TRIGGER conversation_inserted AFTER INSERT ON conversation REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION log_conversation_change_v1();
CREATE TRIGGER conversation_updated AFTER UPDATE ON conversation REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION log_conversation_change_v1();
`;
