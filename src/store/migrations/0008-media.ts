/**
 * Files, albums, moved places, customers who block us, and what agents do to messages that were sent: edit, delete, react.
 *
 * Lock order: as in migration 1; an attachment is changed by the one worker that leases it, while its thread's row is locked, or by what
 * locks nothing else (retention, an upload that is forgotten).
 */
export const media = /* sql */ `
ALTER TABLE message ADD COLUMN extras jsonb;

CREATE TABLE attachment (
  id uuid PRIMARY KEY,
  -- null: uploaded by an agent and not sent yet
  message_id uuid,
  thread_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  account_id text NOT NULL,
  -- the platform's message it came with: of an album each has its own
  external_id text,
  ordinal smallint NOT NULL DEFAULT 0,
  kind text NOT NULL CHECK (kind IN ('photo', 'video', 'animation', 'audio', 'voice', 'videoNote', 'document', 'sticker')),
  file_name text,
  mime text,
  size_bytes bigint,
  width integer,
  height integer,
  duration_ms bigint,
  caption text,
  unique_ref text,
  -- what the channel fetches it by; never a link
  remote jsonb,
  state text NOT NULL CHECK (state IN ('waiting', 'stored', 'refused', 'gone', 'failed', 'erased')),
  reason text,
  blob_id text,
  -- what the bytes are, as read from them; agents' browsers are told this and nothing else
  detected_mime text,
  preview_blob_id text,
  preview_width integer,
  preview_height integer,
  attempt integer NOT NULL DEFAULT 0,
  due_at timestamptz,
  -- the instance that fetches it now; free again when that instance has ended
  lease_owner uuid,
  uploaded_by uuid REFERENCES agent,
  created_at timestamptz NOT NULL DEFAULT now(),
  stored_at timestamptz,
  -- an edit put another file in its place
  replaced_at timestamptz,
  -- the newest edit of it or of the words below it
  edited_at timestamptz,
  CHECK ((state = 'stored') = (blob_id IS NOT NULL)),
  CHECK (message_id IS NOT NULL OR uploaded_by IS NOT NULL)
);
CREATE INDEX attachment_message ON attachment (message_id, ordinal);
CREATE INDEX attachment_due ON attachment (due_at) WHERE state = 'waiting';
CREATE INDEX attachment_leased ON attachment (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX attachment_unsent ON attachment (created_at) WHERE message_id IS NULL;
CREATE INDEX attachment_blob ON attachment (blob_id) WHERE blob_id IS NOT NULL;
CREATE INDEX attachment_preview ON attachment (preview_blob_id) WHERE preview_blob_id IS NOT NULL;
CREATE INDEX attachment_stored ON attachment (stored_at) WHERE state = 'stored';
-- what is done to a message later begins with it, not with the platform's ids of it
CREATE INDEX message_external_message ON message_external (message_id);

-- Says which message each file of an album belongs to: the first one stored, in this batch or long ago, leads. A file that is of
-- interest only with others is filed, and left out, where there are none.
CREATE FUNCTION lead_albums_v1(p_items ingest_item_v1[]) RETURNS ingest_item_v1[] LANGUAGE plpgsql AS $$
DECLARE
  led ingest_item_v1[];
BEGIN
  WITH first AS (
    INSERT INTO message_external AS x (account_id, external_id, message_id)
    SELECT DISTINCT ON (i.account_id, i.album) i.account_id, i.album, i.message_id
    FROM unnest(p_items) i WHERE i.kind = 'message' AND i.album IS NOT NULL AND i.joins_only IS NOT TRUE ORDER BY i.account_id, i.album, i.ord
    ON CONFLICT (account_id, external_id) DO UPDATE SET message_id = x.message_id
    RETURNING x.account_id, x.external_id, x.message_id
  ), marked AS (
    SELECT i.ord, (jsonb_populate_record(i, jsonb_build_object('lead', coalesce(f.message_id, x.message_id)))) AS item
    FROM unnest(p_items) i LEFT JOIN first f ON f.account_id = i.account_id AND f.external_id = i.album
    LEFT JOIN message_external x ON f.message_id IS NULL AND i.joins_only AND x.account_id = i.account_id AND x.external_id = i.album
  )
  SELECT array_agg(m.item ORDER BY m.ord) INTO led FROM marked m;
  UPDATE inbound_event e SET state = 'filed', reason = 'group message not addressed to the bot', raw = NULL, raw_blob = NULL
  FROM unnest(led) i WHERE i.joins_only AND i.lead IS NULL AND e.account_id = i.account_id AND e.event_key = i.event_key;
  RETURN ARRAY(SELECT i FROM unnest(led) i WHERE NOT (coalesce(i.joins_only, false) AND i.lead IS NULL) ORDER BY i.ord);
END $$;

-- Changes without those of messages that never were ours and are none of ours now: of these only the key stays.
CREATE FUNCTION file_chatter_v1(p_changes ingest_item_v1[]) RETURNS ingest_item_v1[] LANGUAGE plpgsql AS $$
DECLARE
  ours ingest_item_v1[];
BEGIN
  SELECT array_agg(i ORDER BY i.ord) INTO ours FROM unnest(p_changes) i WHERE i.joins_only IS NOT TRUE
    OR EXISTS (SELECT FROM message_external x WHERE x.account_id = i.account_id AND x.external_id = i.target);
  UPDATE inbound_event e SET state = 'filed', reason = 'group message not addressed to the bot', raw = NULL, raw_blob = NULL, change = NULL
  FROM unnest(p_changes) i WHERE e.account_id = i.account_id AND e.event_key = i.event_key
    AND NOT EXISTS (SELECT FROM unnest(ours) o WHERE o.ord = i.ord);
  RETURN ours;
END $$;

-- Rows of files; p_files as normalised, each with its id. Nothing of a blocked contact or a flood is fetched by itself.
CREATE FUNCTION store_files_v1(p_message uuid, p_external text, p_files jsonb, p_caption text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO attachment (id, message_id, thread_id, conversation_id, account_id, external_id, ordinal, kind, file_name, mime,
    size_bytes, width, height, duration_ms, caption, unique_ref, remote, role, content_id, state, reason, due_at)
  SELECT f.id, m.id, m.thread_id, m.conversation_id, t.account_id, p_external,
    coalesce((SELECT max(a.ordinal) + 1 FROM attachment a WHERE a.message_id = m.id), 0) + f.place - 1, f.kind, f."fileName", f.mime,
    f."sizeBytes", f.width, f.height, f."durationMs", CASE f.place WHEN 1 THEN nullif(p_caption, '') END, f."uniqueRef", f.remote,
    coalesce(f.role, 'file'), f."contentId", CASE WHEN q.why IS NULL THEN 'waiting' ELSE 'refused' END, q.why, CASE WHEN q.why IS NULL THEN now() END
  FROM message m JOIN thread t ON t.id = m.thread_id
  CROSS JOIN LATERAL (SELECT CASE WHEN m.state = 'filed' AND m.state_reason IN ('blocked', 'flood', 'noise') THEN m.state_reason
    WHEN t.blocked_until > now() THEN 'blocked' END AS why) q
  CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(p_files) AS (id uuid, kind text, "fileName" text, mime text, "sizeBytes" bigint,
    width integer, height integer, "durationMs" bigint, "uniqueRef" text, remote jsonb, role text, "contentId" text)) WITH ORDINALITY
    AS f(id, kind, "fileName", mime, "sizeBytes", width, height, "durationMs", "uniqueRef", remote, role, "contentId", place)
  WHERE m.id = p_message;
END $$;

-- The words of an album: every caption in order, or what stands for the files where nobody wrote any.
CREATE FUNCTION album_text_v1(p_message uuid, p_else text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT string_agg(a.caption, E'\\n' ORDER BY a.ordinal) FROM attachment a
    WHERE a.message_id = p_message AND a.caption <> '' AND a.replaced_at IS NULL), p_else)
$$;

-- One more file of an album. Words that come with it after the bot has answered are answered too.
CREATE FUNCTION join_album_v1(i ingest_item_v1) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  m message;
  said text;
  c conversation;
BEGIN
  SELECT * INTO m FROM message x WHERE x.id = i.lead;
  IF m.id IS NULL OR m.erased_at IS NOT NULL THEN RETURN; END IF;
  PERFORM store_files_v1(m.id, i.external_id, i.attachments, CASE WHEN i.extras ? 'standIn' THEN NULL ELSE i.text END);
  said := album_text_v1(m.id, m.text);
  IF said <> m.text THEN
    UPDATE message SET text = said, body = CASE WHEN m.extras ? 'standIn' THEN i.body END, extras = m.extras - 'standIn'
    WHERE id = m.id;
    UPDATE conversation x SET preview = left(said, 140) WHERE x.id = m.conversation_id AND x.preview = left(m.text, 140);
    SELECT * INTO c FROM conversation x WHERE x.id = m.conversation_id;
    IF i.secret AND c.status <> 'resolved' AND coalesce(m.state_reason, '') <> 'blocked' THEN
      UPDATE conversation x SET secret_pending = true, priority = 'urgent' WHERE x.id = c.id;
    END IF;
    IF ((m.state = 'answered' AND c.owner_kind = 'bot') OR (i.secret AND c.status <> 'resolved' AND m.state <> 'new'
      AND coalesce(m.state_reason, '') <> 'blocked')) AND NOT EXISTS (SELECT FROM thread b WHERE b.id = m.thread_id AND b.blocked_until > now())
    THEN
      UPDATE message SET state = 'new', state_reason = NULL, parked_at = NULL WHERE id = m.id;
      UPDATE thread t SET new_from = least(t.new_from, m.seq), first_new_at = coalesce(t.first_new_at, now()), due_at = now()
      WHERE t.id = m.thread_id;
    END IF;
  END IF;
  UPDATE conversation SET version = version + 1 WHERE id = m.conversation_id;
END $$;

-- What an edit does to files: other words under one of them, or another file in its place. Answers the message's new text.
CREATE FUNCTION edit_files_v1(m message, p_target text, p_at timestamptz, p_change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  was attachment;
  words text := CASE WHEN p_change->'extras' ? 'standIn' THEN NULL ELSE nullif(p_change->>'text', '') END;
BEGIN
  SELECT * INTO was FROM attachment a WHERE a.message_id = m.id AND a.external_id = p_target AND a.replaced_at IS NULL
    ORDER BY a.ordinal LIMIT 1;
  IF was.unique_ref IS NOT DISTINCT FROM p_change#>>'{attachments,0,uniqueRef}' THEN
    UPDATE attachment a SET caption = words, edited_at = p_at WHERE a.id = was.id;
  ELSE
    UPDATE attachment SET replaced_at = now() WHERE id = was.id;
    PERFORM store_files_v1(m.id, p_target, p_change->'attachments', words);
    UPDATE attachment a SET ordinal = coalesce(was.ordinal, a.ordinal), edited_at = p_at
    WHERE a.message_id = m.id AND a.external_id = p_target AND a.replaced_at IS NULL;
  END IF;
  IF EXISTS (SELECT FROM attachment a WHERE a.message_id = m.id AND a.external_id <> p_target) THEN
    RETURN album_text_v1(m.id, CASE WHEN m.extras ? 'standIn' THEN m.text ELSE coalesce(words, p_change->>'text') END);
  END IF;
  RETURN p_change->>'text';
END $$;

-- A customer blocked us or can be written to again; the thread says so where there is a conversation.
CREATE FUNCTION apply_reach_v1(i ingest_item_v1) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t thread;
  c conversation;
  reachable boolean := i.reason IS DISTINCT FROM 'unreachable';
BEGIN
  UPDATE identity SET unreachable_at = CASE WHEN NOT reachable THEN now() END
  WHERE channel = i.channel AND external_id = i.author_id;
  SELECT * INTO t FROM thread x WHERE x.account_id = i.account_id AND x.external_key = i.external_key;
  SELECT * INTO c FROM conversation x WHERE x.thread_id = t.id ORDER BY x.number DESC LIMIT 1;
  IF c.id IS NULL THEN RETURN; END IF;
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, activity)
  VALUES (i.message_id, t.id, c.id, t.last_seq + 1, 'activity', 'contact', i.author_id, '',
    jsonb_build_object('change', CASE WHEN reachable THEN 'reachable' ELSE 'unreachable' END));
  UPDATE thread SET last_seq = last_seq + 1 WHERE id = t.id;
  UPDATE conversation SET version = version + 1 WHERE id = c.id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES ('customer', i.author_id, CASE WHEN reachable THEN 'contact.reachable' ELSE 'contact.unreachable' END, 'contact',
    c.contact_id::text, jsonb_build_object('account', i.account_id));
END $$;

-- A place has a new address: its threads are reached there, and what is written there goes on in them. Where somebody has
-- written at the new address already, the old thread keeps its name and only sends there.
CREATE FUNCTION move_chat_v1(p_account text, p_from text, p_to text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  r record;
  is_there boolean;
  moved integer := 0;
BEGIN
  FOR r IN
    SELECT t.id, t.external_key, t.address, t.contact_id FROM thread t WHERE t.account_id = p_account AND t.chat_key = p_from
    ORDER BY t.id FOR NO KEY UPDATE
  LOOP
    -- a send may have learned of it first, and moved the address alone
    is_there := starts_with(r.address, p_to);
    CONTINUE WHEN NOT is_there AND NOT starts_with(r.address, p_from);
    UPDATE thread t SET address = CASE WHEN is_there THEN r.address ELSE p_to || substr(r.address, length(p_from) + 1) END, chat_key = p_to,
      external_key = CASE WHEN NOT starts_with(r.external_key, p_from) OR EXISTS (SELECT FROM thread o WHERE o.account_id = p_account
          AND o.external_key = p_to || substr(r.external_key, length(p_from) + 1)) THEN r.external_key
        ELSE p_to || substr(r.external_key, length(p_from) + 1) END
    WHERE t.id = r.id;
    INSERT INTO audit (actor_kind, action, subject_kind, subject_id, detail)
    VALUES ('system', 'thread.moved', 'contact', r.contact_id::text, jsonb_build_object('thread', r.id));
    moved := moved + 1;
  END LOOP;
  RETURN moved;
END $$;

-- Makes uploads part of a message that was just written. False when one of them is not the agent's, not of this conversation,
-- sent already or gone.
CREATE FUNCTION bind_uploads_v1(p_message uuid, p_conversation uuid, p_agent uuid, p_ids uuid[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE attachment a SET message_id = p_message, ordinal = array_position(p_ids, a.id) - 1
  WHERE a.id = ANY (p_ids) AND a.message_id IS NULL AND a.uploaded_by = p_agent AND a.conversation_id = p_conversation
    AND a.state = 'stored';
  RETURN NOT EXISTS (SELECT FROM unnest(p_ids) u(id) WHERE NOT EXISTS (
    SELECT FROM attachment a WHERE a.id = u.id AND a.message_id = p_message));
END $$;

-- What an agent does to a message later: edit or delete one of ours, react to one of theirs. p_rows: [{id, part, target}].
-- Refused as 'not_sent' while the message is on its way and for targets that are not this message's. Where a part failed, what
-- arrived can be deleted and not edited.
CREATE FUNCTION desk_amend_v1(p_agent uuid, p_message uuid, p_action text, p_text text, p_body jsonb, p_emoji text[], p_rows jsonb)
RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  m message;
  t thread;
BEGIN
  SELECT * INTO m FROM message x WHERE x.id = p_message;
  entered := desk_enter_v1(p_agent, m.conversation_id);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  SELECT * INTO m FROM message x WHERE x.id = p_message;
  IF m.deleted_at IS NOT NULL OR m.kind <> (CASE p_action WHEN 'react' THEN 'inbound' ELSE 'outbound' END) THEN
    RETURN desk_acted_v1('not_amendable', m.conversation_id);
  END IF;
  IF EXISTS (SELECT FROM jsonb_to_recordset(p_rows) AS r(id uuid) JOIN delivery d ON d.id = r.id) THEN
    RETURN desk_acted_v1('ok', m.conversation_id);
  END IF;
  IF jsonb_array_length(p_rows) = 0 OR EXISTS (
    SELECT FROM jsonb_to_recordset(p_rows) AS r(target text) WHERE NOT EXISTS (SELECT FROM message_external x
      WHERE x.account_id = (entered.c).account_id AND x.external_id = r.target AND x.message_id = m.id)
  ) OR (m.kind = 'outbound' AND EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id AND d.action = 'send'
      AND d.state NOT IN ('sent', 'delivered', 'read', 'cancelled') AND NOT (p_action = 'delete' AND d.state IN ('failed', 'superseded', 'bounced'))))
  THEN
    RETURN desk_acted_v1('not_sent', m.conversation_id);
  END IF;
  SELECT * INTO t FROM thread x WHERE x.id = m.thread_id;
  INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, action, class, part,
    target_external_id, state)
  SELECT r.id, m.id, t.id, m.conversation_id, t.account_id, t.last_out + row_number() OVER (),
    coalesce((SELECT max(d.ordinal) FROM delivery d WHERE d.message_id = m.id), -1) + row_number() OVER (), p_action, 'repeatable',
    r.part, r.target, 'pending'
  FROM jsonb_to_recordset(p_rows) AS r(id uuid, part jsonb, target text);
  UPDATE thread x SET last_out = x.last_out + jsonb_array_length(p_rows), due_at = least(x.due_at, now()),
    open_from = coalesce(x.open_from, x.last_out + 1) WHERE x.id = t.id;
  IF p_action = 'edit' THEN
    INSERT INTO message_edit (message_id, at, text, body, event_key)
    VALUES (m.id, coalesce(m.edited_at, m.created_at), m.text, m.body, 'agent:' || (p_rows#>>'{0,id}'));
    UPDATE message SET text = p_text, body = nullif(p_body, 'null'), edited_at = now(), extras = m.extras - 'standIn' WHERE id = m.id;
    UPDATE conversation SET preview = left(p_text, 140) WHERE id = m.conversation_id AND preview = left(m.text, 140);
  ELSIF p_action = 'delete' THEN
    UPDATE message SET deleted_at = now() WHERE id = m.id;
  ELSE
    INSERT INTO message_reaction AS r (message_id, author_id, emoji, at) VALUES (m.id, 'us', p_emoji, now())
    ON CONFLICT (message_id, author_id) DO UPDATE SET emoji = EXCLUDED.emoji, at = EXCLUDED.at;
  END IF;
  UPDATE conversation SET version = version + 1 WHERE id = m.conversation_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES ('agent', p_agent::text, 'message.' || p_action, 'message', m.id::text, jsonb_build_object('conversation', m.conversation_id));
  RETURN desk_acted_v1('ok', m.conversation_id);
END $$;

-- Files that are due, leased to an instance that lives. Whoever died while fetching left its lease behind, and so did a claim of this
-- instance whose answer was lost: it is none of those it works on. Either counts as an attempt.
CREATE FUNCTION claim_files_v1(p_instance uuid, p_limit integer, p_working uuid[]) RETURNS SETOF attachment LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT a.id FROM attachment a WHERE a.state = 'waiting' AND a.due_at <= now()
      AND CASE WHEN a.lease_owner = p_instance THEN NOT a.id = ANY (p_working)
        ELSE NOT EXISTS (SELECT FROM instance i WHERE i.id = a.lease_owner AND i.ended_at IS NULL) END
    ORDER BY a.due_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE attachment a SET lease_owner = p_instance, attempt = a.attempt + 1 FROM due WHERE a.id = due.id RETURNING a.*;
END $$;

-- What fetching came to, if the instance still leases the file. With retryMs it still waits and is due again then; uncounted: it
-- was no attempt that brought nothing, so it does not count towards giving up.
CREATE FUNCTION settle_file_v1(p_instance uuid, p_id uuid, p_outcome jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  a attachment;
BEGIN
  PERFORM FROM thread t WHERE t.id = (SELECT x.thread_id FROM attachment x WHERE x.id = p_id) FOR NO KEY UPDATE;
  UPDATE attachment x SET state = p_outcome->>'state', reason = p_outcome->>'reason', lease_owner = NULL,
    attempt = x.attempt - CASE WHEN (p_outcome->>'uncounted')::boolean THEN 1 ELSE 0 END,
    due_at = CASE p_outcome->>'state' WHEN 'waiting'
      THEN now() + (p_outcome->>'retryMs')::double precision * interval '1 millisecond' END,
    blob_id = p_outcome->>'blobId', detected_mime = p_outcome->>'detectedMime',
    size_bytes = coalesce((p_outcome->>'sizeBytes')::bigint, x.size_bytes),
    width = coalesce((p_outcome->>'width')::integer, x.width), height = coalesce((p_outcome->>'height')::integer, x.height),
    preview_blob_id = p_outcome->>'previewBlobId', preview_width = (p_outcome->>'previewWidth')::integer,
    preview_height = (p_outcome->>'previewHeight')::integer,
    stored_at = CASE p_outcome->>'state' WHEN 'stored' THEN now() END
  WHERE x.id = p_id AND x.lease_owner = p_instance AND x.state = 'waiting' RETURNING x.* INTO a;
  IF a.id IS NULL THEN RETURN false; END IF;
  UPDATE conversation SET version = version + 1 WHERE id = a.conversation_id;
  RETURN true;
END $$;
`;
