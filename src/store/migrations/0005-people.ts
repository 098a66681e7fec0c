/** What people do to a conversation: reply, note, take, hand over, resolve; and what they do to a part under review. */
export const people = /* sql */ `
-- Locks a conversation's thread and returns the conversation as it then stands.
CREATE FUNCTION lock_conversation_v1(p_conversation uuid) RETURNS conversation LANGUAGE plpgsql AS $$
DECLARE
  c conversation;
BEGIN
  PERFORM FROM thread t WHERE t.id = (SELECT x.thread_id FROM conversation x WHERE x.id = p_conversation) FOR NO KEY UPDATE;
  SELECT * INTO c FROM conversation x WHERE x.id = p_conversation;
  RETURN c;
END $$;

-- Changes the owner for a person. Answers 'ok', 'gone', 'resolved' or 'changed' with the owner as it stands.
CREATE FUNCTION person_own_v1(p_conversation uuid, p_expected bigint, p_kind text, p_team text, p_agent uuid, p_actor_kind text,
  p_actor_id text, p_why text)
RETURNS TABLE (outcome text, owner_kind text, owner_agent uuid, owner_version bigint, thread_id uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c conversation;
  moved bigint;
BEGIN
  c := lock_conversation_v1(p_conversation);
  IF c.id IS NULL THEN
    RETURN QUERY SELECT 'gone', NULL::text, NULL::uuid, NULL::bigint, NULL::uuid;
    RETURN;
  END IF;
  moved := change_owner_v1(p_conversation, coalesce(p_expected, c.owner_version), p_kind, p_team, p_agent, p_actor_kind, p_actor_id,
    p_why);
  IF moved IS NOT NULL THEN
    -- a bot that gets a conversation back has nothing to answer before the customer writes; what was waiting goes on
    UPDATE thread SET due_at = least(due_at, now()) WHERE id = c.thread_id;
  END IF;
  RETURN QUERY SELECT CASE WHEN moved IS NOT NULL THEN 'ok' WHEN c.status = 'resolved' THEN 'resolved' ELSE 'changed' END,
    x.owner_kind, x.owner_agent, x.owner_version, x.thread_id FROM conversation x WHERE x.id = p_conversation;
END $$;

-- An agent's reply or note. A reply to a conversation of the bot or a queue takes it over; to a resolved one reopens it.
-- It is never refused because of an owner: an agent's words are never dropped.
CREATE FUNCTION person_write_v1(p_conversation uuid, p_agent uuid, p_kind text, p_message jsonb)
RETURNS TABLE (outcome text, owner_version bigint, thread_id uuid, shard smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c conversation;
  said outbound_v1[];
BEGIN
  c := lock_conversation_v1(p_conversation);
  IF c.id IS NULL THEN
    RETURN QUERY SELECT 'gone', NULL::bigint, NULL::uuid, NULL::smallint;
    RETURN;
  END IF;
  -- the same message again (a client that did not hear the answer) is answered the same
  IF NOT EXISTS (SELECT FROM message m WHERE m.id = (p_message->>'id')::uuid) THEN
    IF p_kind = 'outbound' THEN
      IF c.status = 'resolved' THEN
        IF EXISTS (SELECT FROM conversation o WHERE o.thread_id = c.thread_id AND o.status <> 'resolved') THEN
          RETURN QUERY SELECT 'superseded', c.owner_version, c.thread_id, NULL::smallint;
          RETURN;
        END IF;
        UPDATE conversation SET status = 'open', resolved_at = NULL, owner_kind = 'agent', owner_agent = p_agent,
          owner_version = owner_version + 1, version = version + 1 WHERE id = c.id;
        INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id)
        VALUES ('agent', p_agent::text, 'conversation.reopened', 'conversation', c.id::text);
      ELSIF c.owner_kind IN ('bot', 'queue') THEN
        PERFORM change_owner_v1(c.id, c.owner_version, 'agent', NULL, p_agent, 'agent', p_agent::text, 'replied');
      END IF;
    END IF;
    said := ARRAY[ROW(c.thread_id, c.id, NULL, 1, (p_message->>'id')::uuid, p_message->>'text',
      nullif(p_message->'body', 'null'), CASE p_kind WHEN 'outbound' THEN p_message->>'class' END, 'agent', p_agent::text, NULL,
      p_kind, coalesce(p_message->'parts', '[]'), nullif(p_message->'extras', 'null'))::outbound_v1];
    PERFORM append_outbound_v1(said);
    IF jsonb_array_length(p_message->'attachmentIds') > 0 AND NOT bind_uploads_v1((p_message->>'id')::uuid, c.id, p_agent,
      ARRAY(SELECT u::uuid FROM jsonb_array_elements_text(p_message->'attachmentIds') u))
    THEN
      -- nothing of this is kept: the parts name files that are not there
      RAISE EXCEPTION 'an upload of message % is not there any more', p_message->>'id' USING ERRCODE = 'PA003';
    END IF;
    UPDATE thread t SET last_seq = t.last_seq + o.messages, last_out = t.last_out + o.parts,
      open_from = coalesce(t.open_from, CASE WHEN o.parts > 0 THEN t.last_out + 1 END),
      due_at = CASE p_kind WHEN 'outbound' THEN least(t.due_at, now()) ELSE t.due_at END
    FROM unnest(count_outbound_v1(said)) o WHERE t.id = o.thread_id;
    UPDATE conversation x SET version = x.version + 1, preview = coalesce(o.preview, x.preview),
      last_message_at = CASE p_kind WHEN 'outbound' THEN now() ELSE x.last_message_at END,
      unread = CASE p_kind WHEN 'outbound' THEN 0 ELSE x.unread END,
      suggestion = CASE p_kind WHEN 'outbound' THEN NULL ELSE x.suggestion END
    FROM unnest(count_outbound_v1(said)) o WHERE x.id = o.conversation_id;
  END IF;
  RETURN QUERY SELECT 'ok', x.owner_version, t.id, t.shard FROM conversation x JOIN thread t ON t.id = x.thread_id
    WHERE x.id = c.id;
END $$;

-- A person's verdict on a part: dismiss (it arrived, or does not matter) or resend (a new row at the end).
CREATE FUNCTION person_review_v1(p_delivery uuid, p_verdict text, p_new_message uuid, p_new_delivery uuid, p_actor_kind text,
  p_actor_id text)
RETURNS TABLE (outcome text, thread_id uuid, shard smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  d delivery;
  m message;
  c conversation;
  said outbound_v1[];
BEGIN
  SELECT * INTO d FROM delivery x WHERE x.id = p_delivery;
  IF d.id IS NULL THEN
    RETURN QUERY SELECT 'gone', NULL::uuid, NULL::smallint;
    RETURN;
  END IF;
  c := lock_conversation_v1(d.conversation_id);
  SELECT * INTO d FROM delivery x WHERE x.id = p_delivery;
  IF d.state NOT IN ('needs_review', 'failed', 'bounced') OR (p_verdict = 'dismiss' AND d.state <> 'needs_review') THEN
    RETURN QUERY SELECT d.state, d.thread_id, NULL::smallint;
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM delivery x WHERE x.resend_of = d.id) THEN
    RETURN QUERY SELECT 'resent', d.thread_id, NULL::smallint;
    RETURN;
  END IF;
  -- an older change is not put over a newer one
  IF p_verdict = 'resend' AND d.action <> 'send' AND EXISTS (SELECT FROM delivery x WHERE x.message_id = d.message_id
    AND x.action <> 'send' AND x.target_external_id = d.target_external_id AND x.out_seq > d.out_seq)
  THEN
    RETURN QUERY SELECT 'overtaken', d.thread_id, NULL::smallint;
    RETURN;
  END IF;
  IF d.state = 'needs_review' THEN
    UPDATE delivery SET state = 'cancelled', error = CASE p_verdict WHEN 'dismiss' THEN 'dismissed by a person'
      ELSE 'sent again by a person as a new part' END WHERE id = d.id;
  END IF;
  IF p_verdict = 'resend' AND d.action <> 'send' THEN
    INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, action, class, part,
      target_external_id, state, resend_of)
    SELECT p_new_delivery, d.message_id, d.thread_id, d.conversation_id, d.account_id, t.last_out + 1,
      (SELECT max(x.ordinal) + 1 FROM delivery x WHERE x.message_id = d.message_id), d.action, d.class, d.part,
      d.target_external_id, 'pending', d.id
    FROM thread t WHERE t.id = d.thread_id;
    UPDATE thread t SET last_out = t.last_out + 1, due_at = least(t.due_at, now()), open_from = coalesce(t.open_from, t.last_out + 1)
    WHERE t.id = d.thread_id;
  ELSIF p_verdict = 'resend' THEN
    SELECT * INTO m FROM message x WHERE x.id = d.message_id;
    said := ARRAY[ROW(d.thread_id, d.conversation_id, NULL, 1, p_new_message, m.text, m.body,
      d.class, m.author_kind, m.author_id, m.cause_id, 'outbound', jsonb_build_array(jsonb_build_object('id', p_new_delivery,
      'ordinal', 0, 'part', d.part, 'replyTo', d.reply_to_external_id)), m.extras)::outbound_v1];
    PERFORM append_outbound_v1(said);
    UPDATE delivery SET resend_of = d.id WHERE id = p_new_delivery;
    -- the files of this part are the new message's too
    INSERT INTO attachment (id, message_id, thread_id, conversation_id, account_id, ordinal, kind, file_name, mime, size_bytes, width,
      height, duration_ms, state, blob_id, detected_mime, preview_blob_id, preview_width, preview_height, uploaded_by, stored_at)
    SELECT gen_random_uuid(), p_new_message, a.thread_id, a.conversation_id, a.account_id, row_number() OVER (ORDER BY a.ordinal) - 1,
      a.kind, a.file_name, a.mime, a.size_bytes, a.width, a.height, a.duration_ms, a.state, a.blob_id, a.detected_mime,
      a.preview_blob_id, a.preview_width, a.preview_height, a.uploaded_by, a.stored_at
    FROM attachment a WHERE a.message_id = d.message_id AND a.state = 'stored' AND strpos(d.part::text, a.blob_id) > 0;
    UPDATE thread t SET last_seq = t.last_seq + o.messages, last_out = t.last_out + o.parts, due_at = least(t.due_at, now()),
      open_from = coalesce(t.open_from, t.last_out + 1)
    FROM unnest(count_outbound_v1(said)) o WHERE t.id = o.thread_id;
  END IF;
  UPDATE thread SET hold_until = NULL WHERE id = d.thread_id;
  UPDATE conversation SET version = version + 1 WHERE id = d.conversation_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES (p_actor_kind, p_actor_id, 'delivery.' || p_verdict, 'delivery', d.id::text, jsonb_build_object('conversation', c.id));
  RETURN QUERY SELECT 'ok', t.id, t.shard FROM thread t WHERE t.id = d.thread_id;
END $$;
`;
