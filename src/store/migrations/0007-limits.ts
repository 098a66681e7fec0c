/**
 * Limits on contacts: how much of one contact drives a turn, how much the bot says, and who is blocked. A block belongs to the
 * contact; each of its threads carries a copy, so that ingest reads nothing more than the thread it has locked anyway.
 *
 * Lock order of a block: the contact's threads by id, then the contact.
 */
export const limits = /* sql */ `
ALTER TABLE thread
  -- The minute under way: when its first message came, and how many came since. Without limits neither is kept.
  ADD COLUMN minute_from timestamptz,
  ADD COLUMN minute_count integer NOT NULL DEFAULT 0,
  -- When the bot spoke last, and what, as src/core/answer-limits.ts keeps it.
  ADD COLUMN bot_said jsonb,
  -- Copies of the contact's; the notice is rendered and waits for the contact's next message.
  ADD COLUMN blocked_until timestamptz,
  ADD COLUMN block_notice jsonb;
ALTER TABLE contact
  ADD COLUMN blocked_until timestamptz,
  ADD COLUMN block_told_at timestamptz;

CREATE TABLE contact_block (
  id uuid PRIMARY KEY,
  contact_id uuid NOT NULL REFERENCES contact,
  -- where it was said; rights are those of this conversation
  conversation_id uuid NOT NULL REFERENCES conversation,
  agent_id uuid NOT NULL REFERENCES agent,
  reason text NOT NULL,
  blocked_at timestamptz NOT NULL DEFAULT now(),
  -- infinity: for good
  until_at timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by uuid REFERENCES agent
);
CREATE UNIQUE INDEX contact_block_standing ON contact_block (contact_id) WHERE undone_at IS NULL;
CREATE INDEX contact_block_list ON contact_block (blocked_at DESC, id DESC) WHERE undone_at IS NULL;

CREATE TABLE contact_greeting (
  contact_id uuid PRIMARY KEY REFERENCES contact,
  greeted_at timestamptz NOT NULL
);

-- The one notice of a block, at the contact's first message under it. The caller holds the thread's lock.
CREATE FUNCTION tell_blocked_v1(p_thread uuid, p_conversation uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t thread;
  said outbound_v1[];
BEGIN
  SELECT * INTO t FROM thread x WHERE x.id = p_thread;
  UPDATE thread SET block_notice = NULL WHERE id = p_thread;
  UPDATE contact SET block_told_at = now() WHERE id = t.contact_id AND block_told_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  said := ARRAY[ROW(p_thread, p_conversation, NULL, 1, (t.block_notice->>'id')::uuid, t.block_notice->>'text', NULL, 'repeatable',
    'bot', NULL, NULL, 'outbound', t.block_notice->'parts', NULL)::outbound_v1];
  PERFORM append_outbound_v1(said);
  UPDATE thread x SET last_seq = x.last_seq + o.messages, last_out = x.last_out + o.parts,
    open_from = coalesce(x.open_from, x.last_out + 1), due_at = least(x.due_at, now())
  FROM unnest(count_outbound_v1(said)) o WHERE x.id = p_thread;
END $$;

-- Locks every thread of a conversation's contact, lowest id first; desk_enter_v1 then finds its own locked.
CREATE FUNCTION lock_contact_v1(p_conversation uuid) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
  places uuid[];
BEGIN
  SELECT array_agg(DISTINCT o.thread_id) INTO places
  FROM conversation c JOIN conversation o ON o.contact_id = c.contact_id WHERE c.id = p_conversation;
  PERFORM FROM thread t WHERE t.id = ANY (places) ORDER BY t.id FOR NO KEY UPDATE;
  RETURN coalesce(places, '{}');
END $$;

-- What stands in the thread and the audit about a block.
CREATE FUNCTION record_block_v1(p_agent uuid, c conversation, p_action text, p_activity jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, activity)
  SELECT gen_random_uuid(), t.id, c.id, t.last_seq + 1, 'activity', 'agent', p_agent::text, '', p_activity
  FROM thread t WHERE t.id = c.thread_id;
  UPDATE thread SET last_seq = last_seq + 1 WHERE id = c.thread_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES ('agent', p_agent::text, p_action, 'contact', c.contact_id::text, p_activity || jsonb_build_object('conversation', c.id));
  -- all of them: each shows whether its contact is blocked
  UPDATE conversation x SET version = x.version + 1 WHERE x.contact_id = c.contact_id AND (x.id = c.id OR x.status <> 'resolved');
END $$;

-- Blocks a conversation's contact. p_for_ms: null for good. A block that stands is replaced. p_notices: by thread, rendered.
CREATE FUNCTION desk_block_v1(p_agent uuid, p_conversation uuid, p_block uuid, p_for_ms double precision, p_reason text,
  p_notices jsonb) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  places uuid[];
  entered record;
  c conversation;
  until timestamptz;
BEGIN
  places := lock_contact_v1(p_conversation);
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  -- the same block again, by a client that did not hear the answer
  IF EXISTS (SELECT FROM contact_block b WHERE b.id = p_block) THEN
    RETURN desk_acted_v1(CASE WHEN EXISTS (
      SELECT FROM contact_block b WHERE b.id = p_block AND b.contact_id = c.contact_id AND b.agent_id = p_agent
    ) THEN 'ok' ELSE 'id_taken' END, p_conversation);
  END IF;
  until := coalesce(now() + p_for_ms * interval '1 millisecond', 'infinity');
  PERFORM FROM contact k WHERE k.id = c.contact_id FOR NO KEY UPDATE;
  UPDATE contact_block SET undone_at = now(), undone_by = p_agent WHERE contact_id = c.contact_id AND undone_at IS NULL;
  INSERT INTO contact_block (id, contact_id, conversation_id, agent_id, reason, until_at)
  VALUES (p_block, c.contact_id, c.id, p_agent, p_reason, until);
  UPDATE contact SET blocked_until = until, block_told_at = NULL WHERE id = c.contact_id;
  UPDATE thread t SET blocked_until = until, block_notice = (
    SELECT n->'message' FROM jsonb_array_elements(p_notices) n WHERE (n->>'threadId')::uuid = t.id LIMIT 1)
  WHERE t.id = ANY (places);
  PERFORM record_block_v1(p_agent, c, 'contact.blocked', jsonb_build_object('change', 'blocked', 'why', p_reason,
    'until', CASE WHEN p_for_ms IS NOT NULL THEN to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END));
  RETURN desk_acted_v1('ok', p_conversation);
END $$;

-- Undoes a block. That none stands is 'ok' and changes nothing.
CREATE FUNCTION desk_unblock_v1(p_agent uuid, p_conversation uuid) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  places uuid[];
  entered record;
  c conversation;
BEGIN
  places := lock_contact_v1(p_conversation);
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  PERFORM FROM contact k WHERE k.id = c.contact_id FOR NO KEY UPDATE;
  UPDATE contact_block SET undone_at = now(), undone_by = p_agent
  WHERE contact_id = c.contact_id AND undone_at IS NULL AND until_at > now();
  IF FOUND THEN
    UPDATE contact SET blocked_until = NULL, block_told_at = NULL WHERE id = c.contact_id;
    UPDATE thread SET blocked_until = NULL, block_notice = NULL WHERE id = ANY (places);
    PERFORM record_block_v1(p_agent, c, 'contact.unblocked', '{"change": "unblocked"}');
  END IF;
  RETURN desk_acted_v1('ok', p_conversation);
END $$;
`;
