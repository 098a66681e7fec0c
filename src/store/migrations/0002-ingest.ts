/**
 * The ingest transaction: one call stores a batch of events and answers for each. Every statement sees a fresh snapshot
 * (READ COMMITTED), so what a lock waited for is seen by the next statement. Keys that may be new are inserted sorted
 * and ON CONFLICT DO UPDATE, so that a second writer of the same key waits and then finds the row; event and message
 * keys use DO NOTHING, because there a conflict is the answer: a duplicate.
 *
 * A message that does not count (of a flood, or of a blocked contact; columns of migration 7) is stored and filed, and wakes,
 * reopens and moves nothing. What counts is decided once for each thread of the batch.
 */
export const ingest = /* sql */ `
-- What joins a batch with itself stands first and at fixed places: it is read for every pair of rows.
CREATE TYPE ingest_item_v1 AS (
  ord integer, raw_at integer, raw_bytes integer, message_id uuid, conversation_id uuid, thread_id uuid, identity_id uuid,
  contact_id uuid, thanks boolean, secret boolean, pause_ms integer, pause_max_ms integer, reopen_ms double precision,
  occurred_ms double precision, account_id text, event_key text, external_key text, kind text, external_id text, channel text,
  author_id text, outcome text, reason text, raw_blob text, address text, chat_key text, thread_kind text, thread_title text,
  author_name text, author_handle text, language_hint text, text text, body jsonb, reply_to text, entry text, target text,
  emoji text[], findings jsonb, owner_kind text, owner_team text, flood_limit integer, extras jsonb, attachments jsonb, album text,
  lead uuid, joins_only boolean, filed text, subject text, participants jsonb, bookmark jsonb, continues text, meets_again boolean, stops boolean,
  joins_answered boolean
);
CREATE TYPE ingest_thread_v1 AS (
  thread_id uuid, account_id text, external_key text, contact_id uuid, last_seq bigint, fate text, conversation_id uuid,
  previous_id uuid, owner_kind text, owner_team text, secret boolean, n integer, pause_ms integer, pause_max_ms integer,
  preview text, allowed integer, blocked boolean, notice boolean, flood_limit integer, subject text, filed text
);

-- Applies one edit, delete or reaction to its message, or lets it wait. The caller holds the thread's lock.
CREATE FUNCTION apply_change_v1(p_account text, p_key text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  e inbound_event;
  m message;
  changed_at timestamptz;
  said text;
  extra jsonb;
  words jsonb;
BEGIN
  SELECT * INTO e FROM inbound_event x WHERE x.account_id = p_account AND x.event_key = p_key;
  IF e.kind = 'receipt' THEN RETURN apply_receipt_v1(e); END IF;
  SELECT m1.* INTO m FROM message_external x JOIN message m1 ON m1.id = x.message_id
    WHERE x.account_id = e.account_id AND x.external_id = e.target_external_id;
  IF m.id IS NULL THEN
    UPDATE inbound_event SET state = 'waiting' WHERE account_id = p_account AND event_key = p_key AND state <> 'waiting';
    RETURN false;
  END IF;
  changed_at := coalesce(to_timestamp((e.change->>'atMs')::double precision / 1000), e.received_at);
  IF m.erased_at IS NOT NULL THEN
    NULL; -- what was emptied stays empty
  ELSIF e.kind = 'edit' THEN
    -- of an album each file has edits of its own
    IF (CASE WHEN EXISTS (SELECT FROM attachment a WHERE a.message_id = m.id AND a.external_id = e.target_external_id)
      THEN (SELECT max(a.edited_at) FROM attachment a WHERE a.message_id = m.id AND a.external_id = e.target_external_id)
      ELSE m.edited_at END) > changed_at
    THEN
      -- a late edit goes into the history and never over a newer text
      INSERT INTO message_edit (message_id, at, text, body, event_key)
        VALUES (m.id, changed_at, e.change->>'text', nullif(e.change->'body', 'null'), p_key) ON CONFLICT DO NOTHING;
    ELSE
      extra := nullif(e.change->'extras', 'null');
      said := CASE WHEN jsonb_typeof(e.change->'attachments') = 'array' THEN edit_files_v1(m, e.target_external_id, changed_at, e.change)
        ELSE e.change->>'text' END;
      -- words below another file of the album make the text more than what was edited
      words := CASE WHEN said = e.change->>'text' THEN nullif(e.change->'body', 'null') END;
      IF extra ? 'standIn' AND album_text_v1(m.id, NULL) IS NOT NULL THEN extra := extra - 'standIn'; END IF;
      IF m.text IS DISTINCT FROM said OR m.body IS DISTINCT FROM words OR m.extras IS DISTINCT FROM extra THEN
        -- where somebody is moves all the time: only the present place is kept
        IF extra#>>'{content,type}' IS DISTINCT FROM 'location' THEN
          INSERT INTO message_edit (message_id, at, text, body, event_key)
            VALUES (m.id, coalesce(m.edited_at, m.created_at), m.text, m.body, p_key) ON CONFLICT DO NOTHING;
        END IF;
        UPDATE message SET text = said, body = words, extras = extra, edited_at = greatest(m.edited_at, changed_at)
          WHERE id = m.id;
      END IF;
    END IF;
  ELSIF e.kind = 'delete' THEN
    UPDATE message SET deleted_at = changed_at WHERE id = m.id AND deleted_at IS NULL;
  ELSE
    INSERT INTO message_reaction AS r (message_id, author_id, emoji, at)
      VALUES (m.id, e.change->>'authorId', ARRAY(SELECT jsonb_array_elements_text(e.change->'emoji')), changed_at)
      ON CONFLICT (message_id, author_id) DO UPDATE SET emoji = EXCLUDED.emoji, at = EXCLUDED.at WHERE r.at <= EXCLUDED.at;
  END IF;
  UPDATE conversation SET version = version + 1 WHERE id = m.conversation_id;
  UPDATE inbound_event SET state = 'stored', change = NULL WHERE account_id = p_account AND event_key = p_key;
  RETURN true;
END $$;

-- p_raw: the sealed payloads one behind the other; each item says where its own begins (from 1) and how long it is.
CREATE FUNCTION ingest_v1(p_items jsonb, p_raw bytea)
RETURNS TABLE (o_ord integer, o_status text, o_thread uuid, o_conversation uuid, o_message uuid, o_shard smallint, o_due boolean)
LANGUAGE plpgsql AS $$
DECLARE
  items ingest_item_v1[];
  new_keys text[];
  new_messages uuid[];
  new_externals text[];
  joins ingest_item_v1[];
  fresh ingest_item_v1[];
  msgs ingest_item_v1[];
  changes ingest_item_v1[];
  touched ingest_item_v1[];
  threads ingest_thread_v1[];
  thread_ids uuid[];
  strangers boolean;
  changed boolean;
  r record;
BEGIN
  SELECT array_agg(i ORDER BY i.ord) INTO items FROM jsonb_populate_recordset(NULL::ingest_item_v1, p_items) i;

  WITH ins AS (
    INSERT INTO inbound_event (account_id, event_key, kind, state, reason, target_external_id, change, raw, raw_blob)
    SELECT i.account_id, i.event_key, i.kind, CASE i.outcome WHEN 'event' THEN 'stored' WHEN 'moved' THEN 'filed' ELSE i.outcome END,
      i.reason, i.target,
      CASE WHEN i.kind IN ('edit', 'delete', 'reaction', 'receipt') THEN jsonb_build_object('text', i.text, 'body', i.body, 'extras', i.extras,
        'attachments', i.attachments, 'emoji', to_jsonb(i.emoji), 'authorId', i.author_id, 'atMs', i.occurred_ms) END,
      substring(p_raw FROM i.raw_at FOR i.raw_bytes), i.raw_blob
    FROM unnest(items) i ORDER BY i.account_id, i.event_key
    ON CONFLICT (account_id, event_key) DO NOTHING
    RETURNING account_id, event_key
  )
  SELECT array_agg(ins.account_id || E'\\n' || ins.event_key) INTO new_keys FROM ins;
  -- Mostly all of them are new. Either way a batch is never joined with itself row by row: that grows with its square.
  SELECT array_agg(i ORDER BY i.ord) INTO fresh FROM unnest(items) i WHERE i.outcome = 'event'
    AND (cardinality(new_keys) = cardinality(items) OR i.account_id || E'\\n' || i.event_key = ANY (new_keys));

  IF EXISTS (SELECT FROM unnest(items) i WHERE i.bookmark IS NOT NULL) THEN
    PERFORM move_bookmark_v1(i.account_id, i.bookmark) FROM unnest(items) i WHERE i.bookmark IS NOT NULL;
  END IF;
  IF EXISTS (SELECT FROM unnest(items) i WHERE i.outcome = 'moved') THEN
    FOR r IN SELECT i.account_id, i.chat_key, i.address FROM unnest(items) i WHERE i.outcome = 'moved' ORDER BY i.ord LOOP
      PERFORM move_chat_v1(r.account_id, r.chat_key, r.address);
    END LOOP;
  END IF;

  IF fresh IS NOT NULL THEN
    IF EXISTS (SELECT FROM unnest(fresh) i WHERE i.album IS NOT NULL) THEN
      fresh := lead_albums_v1(fresh);
    END IF;
    IF EXISTS (SELECT FROM unnest(fresh) i WHERE i.joins_answered) THEN fresh := join_answered_v1(fresh); END IF;
    IF EXISTS (SELECT FROM unnest(fresh) i WHERE i.meets_again) THEN fresh := meet_again_v1(fresh); END IF;
    WITH ins AS (
      INSERT INTO message_external (account_id, external_id, message_id)
      SELECT DISTINCT ON (i.account_id, i.external_id) i.account_id, i.external_id, coalesce(i.lead, i.message_id)
      FROM unnest(fresh) i WHERE i.kind = 'message' ORDER BY i.account_id, i.external_id, i.ord
      ON CONFLICT (account_id, external_id) DO NOTHING
      RETURNING account_id || E'\\n' || external_id AS external, message_id
    )
    SELECT array_agg(ins.message_id), array_agg(ins.external) INTO new_messages, new_externals FROM ins;
    SELECT array_agg(i ORDER BY i.ord) INTO msgs FROM unnest(fresh) i
    WHERE i.kind = 'message' AND i.message_id = ANY (new_messages) AND (i.lead IS NULL OR i.lead = i.message_id);
    -- files of an album that another message leads, each once
    IF EXISTS (SELECT FROM unnest(fresh) i WHERE i.lead <> i.message_id) THEN
      SELECT array_agg(i ORDER BY i.ord) INTO joins FROM (
        SELECT DISTINCT ON (x.account_id, x.external_id) x.* FROM unnest(fresh) x
        WHERE x.lead <> x.message_id AND x.account_id || E'\\n' || x.external_id = ANY (new_externals) AND NOT EXISTS (
          SELECT FROM unnest(msgs) m WHERE m.account_id = x.account_id AND m.external_id = x.external_id)
        ORDER BY x.account_id, x.external_id, x.ord
      ) i;
    END IF;
    SELECT array_agg(i ORDER BY i.ord) INTO changes FROM unnest(fresh) i WHERE i.kind <> 'message';
    IF EXISTS (SELECT FROM unnest(changes) i WHERE i.joins_only) THEN
      changes := file_chatter_v1(changes);
    END IF;
    IF coalesce(cardinality(msgs), 0) + coalesce(cardinality(joins), 0) + coalesce(cardinality(changes), 0) < cardinality(fresh) THEN
      UPDATE inbound_event e SET state = 'duplicate' FROM unnest(fresh) i
      WHERE e.account_id = i.account_id AND e.event_key = i.event_key AND i.kind = 'message'
        AND NOT EXISTS (SELECT FROM unnest(msgs) m WHERE m.ord = i.ord) AND NOT EXISTS (SELECT FROM unnest(joins) m WHERE m.ord = i.ord);
    END IF;
    touched := coalesce(msgs, '{}') || coalesce(joins, '{}') || coalesce(changes, '{}');
  END IF;

  IF cardinality(touched) > 0 THEN
    -- mostly everybody is known and unchanged: one look says so
    SELECT bool_or(x.id IS NULL), bool_or(x.display_name IS DISTINCT FROM i.author_name OR x.handle IS DISTINCT FROM i.author_handle
      OR x.language_hint IS DISTINCT FROM i.language_hint OR x.unreachable_at IS NOT NULL OR i.kind = 'reach')
    INTO strangers, changed
    FROM unnest(touched) i LEFT JOIN identity x ON x.channel = i.channel AND x.external_id = i.author_id;

    IF strangers THEN
      WITH ins AS (
        INSERT INTO identity (id, channel, external_id, contact_id, display_name, handle, language_hint)
        SELECT DISTINCT ON (i.channel, i.author_id) i.identity_id, i.channel, i.author_id, i.contact_id, i.author_name,
          i.author_handle, i.language_hint
        FROM unnest(touched) i
        WHERE NOT EXISTS (SELECT FROM identity x WHERE x.channel = i.channel AND x.external_id = i.author_id)
        ORDER BY i.channel, i.author_id, i.ord
        ON CONFLICT (channel, external_id) DO UPDATE SET display_name = EXCLUDED.display_name
        RETURNING id, contact_id, display_name
      )
      INSERT INTO contact (id, display_name)
      SELECT ins.contact_id, ins.display_name FROM ins WHERE ins.id IN (SELECT i.identity_id FROM unnest(touched) i);
    END IF;
    IF changed THEN
      PERFORM learn_authors_v1(touched);
    END IF;

    SELECT bool_or(t.id IS NULL), array_agg(DISTINCT t.id) INTO strangers, thread_ids
    FROM unnest(touched) i LEFT JOIN thread t ON t.account_id = i.account_id AND t.external_key = i.external_key;
    IF strangers THEN
      INSERT INTO thread (id, account_id, external_key, address, chat_key, kind, title, identity_id, contact_id, shard, blocked_until)
      SELECT DISTINCT ON (i.account_id, i.external_key) i.thread_id, i.account_id, i.external_key, i.address, i.chat_key, i.thread_kind,
        i.thread_title, x.id, x.contact_id, get_byte(uuid_send(i.thread_id), 15), (SELECT k.blocked_until FROM contact k WHERE k.id = x.contact_id)
      FROM unnest(touched) i JOIN identity x ON x.channel = i.channel AND x.external_id = i.author_id
      WHERE NOT EXISTS (SELECT FROM thread t WHERE t.account_id = i.account_id AND t.external_key = i.external_key)
      ORDER BY i.account_id, i.external_key, i.ord
      ON CONFLICT (account_id, external_key) DO UPDATE SET title = EXCLUDED.title;
      SELECT array_agg(DISTINCT t.id) INTO thread_ids
      FROM unnest(touched) i JOIN thread t ON t.account_id = i.account_id AND t.external_key = i.external_key;
    END IF;
    IF EXISTS (SELECT FROM unnest(touched) i WHERE i.continues IS NOT NULL) THEN thread_ids := thread_ids || left_threads_v1(touched); END IF;
    PERFORM FROM thread t WHERE t.id = ANY (thread_ids) ORDER BY t.id FOR NO KEY UPDATE;
  END IF;

  IF msgs IS NOT NULL THEN
    SELECT array_agg(ROW(t.id, t.account_id, t.external_key, t.contact_id, t.last_seq,
        CASE WHEN c.id IS NOT NULL THEN 'open'
          WHEN l.blocked OR g.counted = 0 OR (l.allowed = 0 AND p.id IS NOT NULL) THEN 'quiet'
          WHEN p.resolved_at > now() - g.reopen_ms * interval '1 millisecond'
            THEN CASE WHEN g.all_thanks THEN 'thanks' ELSE 'reopen' END
          ELSE 'new' END,
        coalesce(c.id, CASE WHEN l.blocked OR l.allowed = 0 OR p.resolved_at > now() - g.reopen_ms * interval '1 millisecond'
          THEN p.id END, g.conversation_id),
        p.id, coalesce(c.owner_kind, CASE WHEN p.resolved_at > now() - g.reopen_ms * interval '1 millisecond'
          THEN p.resolved_owner_kind END, g.owner_kind),
        g.owner_team, g.secret AND NOT l.blocked, g.n, g.pause_ms, g.pause_max_ms, g.preview,
        l.allowed, l.blocked, l.blocked AND t.block_notice IS NOT NULL, g.flood_limit, g.subject, g.filed)::ingest_thread_v1) INTO threads
    FROM (
      SELECT i.account_id, i.external_key, bool_and(coalesce(i.thanks, false)) AS all_thanks,
        bool_or(coalesce(i.secret, false)) AS secret, count(*)::integer AS n,
        (count(*) FILTER (WHERE i.filed IS NULL))::integer AS counted, (array_agg(i.subject ORDER BY i.ord))[1] AS subject,
        max(i.filed) AS filed, max(i.reopen_ms) AS reopen_ms,
        (array_agg(i.conversation_id ORDER BY i.ord))[1] AS conversation_id, min(i.owner_kind) AS owner_kind,
        min(i.owner_team) AS owner_team, min(i.pause_ms) AS pause_ms, min(i.pause_max_ms) AS pause_max_ms,
        left((array_agg(i.text ORDER BY i.ord DESC) FILTER (WHERE (i.extras ? 'arrives') IS NOT TRUE))[1], 140) AS preview, min(i.flood_limit) AS flood_limit
      FROM unnest(msgs) i GROUP BY 1, 2
    ) g
    JOIN thread t ON t.account_id = g.account_id AND t.external_key = g.external_key
    LEFT JOIN conversation c ON c.thread_id = t.id AND c.status <> 'resolved'
    LEFT JOIN LATERAL (
      SELECT p1.id, p1.resolved_at, p1.resolved_owner_kind FROM conversation p1
      WHERE c.id IS NULL AND p1.thread_id = t.id ORDER BY p1.number DESC LIMIT 1
    ) p ON true
    -- How many of these count: none of a blocked contact's, the rest of the minute's of a flood; a secret is never overlooked.
    CROSS JOIN LATERAL (
      SELECT coalesce(t.blocked_until > now(), false) AS blocked,
        CASE WHEN t.blocked_until > now() THEN 0
          WHEN g.flood_limit IS NULL OR g.secret THEN g.counted
          ELSE greatest(0, least(g.counted, g.flood_limit
            - CASE WHEN t.minute_from > now() - interval '1 minute' THEN t.minute_count ELSE 0 END)) END AS allowed
    ) l;

    INSERT INTO conversation (id, thread_id, account_id, contact_id, previous_id, status, owner_kind, owner_team, subject)
    SELECT h.conversation_id, h.thread_id, h.account_id, h.contact_id, h.previous_id, 'open', h.owner_kind,
      CASE h.owner_kind WHEN 'queue' THEN h.owner_team END, h.subject
    FROM unnest(threads) h WHERE h.fate = 'new' ORDER BY h.conversation_id;
    IF FOUND THEN
      INSERT INTO audit (actor_kind, action, subject_kind, subject_id, detail)
      SELECT 'customer', 'conversation.created', 'conversation', h.conversation_id::text,
        jsonb_build_object('owner', h.owner_kind, 'previous', h.previous_id)
      FROM unnest(threads) h WHERE h.fate = 'new' ORDER BY h.conversation_id;
    END IF;
    -- A blocked contact, or what nobody has to answer, in a place without any conversation: its messages need one, and nobody has it.
    IF EXISTS (SELECT FROM unnest(threads) h WHERE h.fate = 'quiet' AND h.previous_id IS NULL) THEN
      INSERT INTO conversation (id, thread_id, account_id, contact_id, status, owner_kind, owner_team, resolved_owner_kind, resolved_at,
        subject, filed_as, preview)
      SELECT h.conversation_id, h.thread_id, h.account_id, h.contact_id, 'resolved', 'none',
        CASE h.owner_kind WHEN 'queue' THEN h.owner_team END, h.owner_kind, now(), h.subject, h.filed, CASE WHEN h.filed IS NULL THEN '' ELSE h.preview END
      FROM unnest(threads) h WHERE h.fate = 'quiet' AND h.previous_id IS NULL ORDER BY h.conversation_id;
      INSERT INTO audit (actor_kind, action, subject_kind, subject_id, detail)
      SELECT 'customer', 'conversation.created', 'conversation', h.conversation_id::text, jsonb_build_object('owner', 'none', 'why', coalesce(h.filed, 'blocked'))
      FROM unnest(threads) h WHERE h.fate = 'quiet' AND h.previous_id IS NULL ORDER BY h.conversation_id;
    END IF;
    UPDATE conversation c SET status = 'open', resolved_at = NULL, owner_kind = c.resolved_owner_kind,
      owner_version = c.owner_version + 1, filed_as = NULL
    FROM unnest(threads) h WHERE h.fate = 'reopen' AND c.id = h.conversation_id;
    IF FOUND THEN
      INSERT INTO audit (actor_kind, action, subject_kind, subject_id, detail)
      SELECT 'customer', 'conversation.reopened', 'conversation', h.conversation_id::text,
        jsonb_build_object('owner', h.owner_kind)
      FROM unnest(threads) h WHERE h.fate = 'reopen' ORDER BY h.conversation_id;
    END IF;

    INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, body, state, state_reason,
      reply_to_external_id, entry, extras, event_key, occurred_at)
    SELECT i.message_id, h.thread_id, h.conversation_id,
      h.last_seq + row_number() OVER batch, 'inbound', 'contact', i.author_id, i.text, i.body,
      CASE WHEN h.fate = 'thanks' OR count(*) FILTER (WHERE i.filed IS NULL) OVER batch > h.allowed OR i.filed IS NOT NULL THEN 'filed' WHEN h.owner_kind = 'bot' OR h.secret THEN 'new' ELSE 'routed' END,
      CASE WHEN i.filed IS NOT NULL THEN i.filed
        WHEN count(*) FILTER (WHERE i.filed IS NULL) OVER batch > h.allowed THEN CASE WHEN h.blocked THEN 'blocked' ELSE 'flood' END
        WHEN h.fate = 'thanks' THEN 'thanks after resolved' WHEN h.owner_kind = 'bot' OR h.secret THEN NULL
        ELSE 'owned by people' END,
      i.reply_to, i.entry, i.extras, i.event_key, to_timestamp(i.occurred_ms / 1000)
    FROM unnest(msgs) i JOIN unnest(threads) h ON h.account_id = i.account_id AND h.external_key = i.external_key
    WINDOW batch AS (PARTITION BY h.thread_id ORDER BY i.ord)
    ORDER BY h.thread_id, i.ord;

    UPDATE thread t SET last_seq = t.last_seq + h.n,
      first_new_at = CASE WHEN h.due THEN coalesce(t.first_new_at, now()) ELSE t.first_new_at END,
      new_from = CASE WHEN h.due THEN coalesce(t.new_from, t.last_seq + 1) ELSE t.new_from END,
      pause_until = CASE WHEN h.due THEN least(now() + h.pause, coalesce(t.first_new_at, now()) + h.pause_max) ELSE t.pause_until END,
      due_at = CASE WHEN h.due THEN least(t.due_at, now() + h.pause, coalesce(t.first_new_at, now()) + h.pause_max) ELSE t.due_at END,
      minute_from = CASE WHEN h.flood_limit IS NULL OR t.minute_from > now() - interval '1 minute' THEN t.minute_from ELSE now() END,
      minute_count = CASE WHEN h.flood_limit IS NULL THEN t.minute_count
        ELSE h.n + CASE WHEN t.minute_from > now() - interval '1 minute' THEN t.minute_count ELSE 0 END END
    FROM (
      SELECT u.thread_id, u.n, u.flood_limit, u.fate <> 'thanks' AND u.allowed > 0 AND (u.owner_kind = 'bot' OR u.secret) AS due,
        u.pause_ms * interval '1 millisecond' AS pause, u.pause_max_ms * interval '1 millisecond' AS pause_max
      FROM unnest(threads) u
    ) h WHERE t.id = h.thread_id;

    -- What does not count moves nothing and is not unread; the page still learns of it. What joins what is filed moves that.
    UPDATE conversation c SET version = c.version + 1, unread = c.unread + h.allowed, resolved_at = CASE WHEN c.filed_as = h.filed THEN now() ELSE c.resolved_at END,
      last_message_at = CASE WHEN h.allowed > 0 OR c.filed_as = h.filed THEN now() ELSE c.last_message_at END,
      last_inbound_at = CASE WHEN h.allowed > 0 THEN now() ELSE c.last_inbound_at END,
      preview = CASE WHEN h.allowed > 0 OR c.filed_as = h.filed THEN coalesce(h.preview, c.preview) ELSE c.preview END, secret_pending = c.secret_pending OR h.secret,
      priority = CASE WHEN h.secret THEN 'urgent' ELSE c.priority END,
      status = CASE WHEN h.fate <> 'thanks' AND h.allowed > 0 AND c.status IN ('pending', 'snoozed') THEN 'open' ELSE c.status END
    FROM unnest(threads) h WHERE c.id = h.conversation_id;
    IF EXISTS (SELECT FROM unnest(msgs) i WHERE i.stops) THEN PERFORM hold_back_v1(msgs); END IF;
    IF EXISTS (SELECT FROM unnest(msgs) i WHERE i.continues IS NOT NULL) THEN
      PERFORM continue_here_v1(h, i) FROM unnest(msgs) i JOIN unnest(threads) h USING (account_id, external_key) WHERE i.continues IS NOT NULL ORDER BY i.ord;
    END IF;
    IF EXISTS (SELECT FROM unnest(threads) h WHERE h.notice) THEN
      FOR r IN SELECT h.thread_id, h.conversation_id FROM unnest(threads) h WHERE h.notice ORDER BY h.contact_id, h.thread_id LOOP
        PERFORM tell_blocked_v1(r.thread_id, r.conversation_id);
      END LOOP;
    END IF;

    IF EXISTS (SELECT FROM unnest(msgs) i WHERE i.attachments IS NOT NULL) THEN
      PERFORM store_files_v1(i.message_id, i.external_id, i.attachments, CASE WHEN i.extras ?| '{standIn,letter}' THEN NULL ELSE i.text END)
      FROM unnest(msgs) i WHERE i.attachments IS NOT NULL;
    END IF;
    IF EXISTS (SELECT FROM unnest(msgs) i WHERE i.participants IS NOT NULL) THEN
      PERFORM take_part_v1(h.thread_id, i.participants) FROM unnest(msgs) i
      JOIN unnest(threads) h ON h.account_id = i.account_id AND h.external_key = i.external_key WHERE i.participants IS NOT NULL;
    END IF;
  END IF;
  IF joins IS NOT NULL THEN
    PERFORM join_album_v1(i) FROM unnest(joins) i;
  END IF;

  IF msgs IS NOT NULL OR joins IS NOT NULL THEN
    FOR r IN
      SELECT e.account_id, e.event_key FROM inbound_event e
      JOIN unnest(msgs || joins) i ON e.account_id = i.account_id AND e.target_external_id = i.external_id
      WHERE e.state = 'waiting' ORDER BY e.received_at, e.event_key
    LOOP
      PERFORM apply_change_v1(r.account_id, r.event_key);
    END LOOP;
  END IF;

  IF changes IS NOT NULL THEN
    FOR r IN SELECT i.account_id, i.event_key FROM unnest(changes) i WHERE i.kind <> 'reach' ORDER BY i.ord LOOP
      PERFORM apply_change_v1(r.account_id, r.event_key);
    END LOOP;
    PERFORM apply_reach_v1(i) FROM unnest(changes) i WHERE i.kind = 'reach';
    -- a secret that came by an edit is warned of like any other: its message is decided on again
    IF EXISTS (SELECT FROM unnest(changes) i WHERE i.secret) THEN
      WITH told AS (
        UPDATE message m SET state = 'new', state_reason = NULL, parked_at = NULL
        FROM unnest(changes) i JOIN message_external x ON x.account_id = i.account_id AND x.external_id = i.target
        WHERE i.secret AND m.id = x.message_id AND m.kind = 'inbound'
          AND EXISTS (SELECT FROM conversation c WHERE c.id = m.conversation_id AND c.status <> 'resolved')
          AND NOT EXISTS (SELECT FROM thread b WHERE b.id = m.thread_id AND b.blocked_until > now())
        RETURNING m.thread_id, m.conversation_id, m.seq
      ), conversations AS (
        UPDATE conversation c SET secret_pending = true, priority = 'urgent', version = c.version + 1
        FROM told WHERE c.id = told.conversation_id
      )
      UPDATE thread t SET due_at = now(), pause_until = NULL, new_from = least(t.new_from, x.seq)
      FROM (SELECT told.thread_id, min(told.seq) AS seq FROM told GROUP BY told.thread_id) x WHERE t.id = x.thread_id;
    END IF;
  END IF;

  IF EXISTS (SELECT FROM unnest(touched) i WHERE i.findings IS NOT NULL) THEN
    INSERT INTO secret_finding (id, account_id, event_key, message_id, rule, certain, path, start, length, sealed)
    SELECT f.id, i.account_id, i.event_key, CASE i.kind WHEN 'message' THEN coalesce(i.lead, i.message_id) END, f.rule, f.certain, f.path, f.start,
      f.length, decode(f.sealed, 'base64')
    FROM unnest(touched) i CROSS JOIN LATERAL jsonb_to_recordset(i.findings)
      AS f(id uuid, rule text, certain boolean, path text, start integer, length integer, sealed text)
    WHERE i.findings IS NOT NULL;
  END IF;

  RETURN QUERY
    SELECT i.ord,
      CASE WHEN i.account_id || E'\\n' || i.event_key = ANY (new_keys) AND (i.outcome <> 'event' OR i.kind <> 'message' OR m.ord IS NOT NULL
          OR EXISTS (SELECT FROM unnest(joins) a WHERE a.ord = i.ord))
        THEN 'stored' ELSE 'duplicate' END,
      h.thread_id, h.conversation_id, m.message_id, get_byte(uuid_send(h.thread_id), 15)::smallint,
      -- a thread that pauses first is left to the timers
      h.thread_id IS NOT NULL AND h.fate <> 'thanks' AND h.allowed > 0 AND (h.owner_kind = 'bot' OR h.secret) AND h.pause_ms <= 0
    FROM unnest(items) i
    LEFT JOIN unnest(msgs) m ON m.ord = i.ord
    LEFT JOIN unnest(threads) h ON h.account_id = m.account_id AND h.external_key = m.external_key
    ORDER BY i.ord;
END $$;
`;
