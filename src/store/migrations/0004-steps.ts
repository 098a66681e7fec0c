/** The two writes of a drain step, what a death leaves behind, and what people do to a conversation. */
export const steps = /* sql */ `
CREATE TYPE decision_v1 AS (
  thread_id uuid, token bigint, release boolean, conversation_id uuid, owner_version bigint,
  message_ids uuid[], message_state text, why text, memory jsonb, language text,
  handoff_team text, secret_told boolean, urgent boolean, used_turn uuid, turn_state text, new_turn jsonb, outbound jsonb,
  wait_ms double precision, bot_said jsonb, greets boolean, automatic_limit integer, limit_team text,
  hourly_limit integer, suggestion jsonb
);
CREATE TYPE outbound_v1 AS (
  thread_id uuid, conversation_id uuid, owner_version bigint, place bigint, id uuid, text text, body jsonb,
  class text, author_kind text, author_id text, cause_id uuid, kind text, parts jsonb, extras jsonb
);

-- Among others an answer points at what it answers: what was asked, or else the customer's last words.
CREATE FUNCTION asked_among_others_v1(p_thread uuid, p_cause uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT min(x.external_id) FROM message_external x WHERE x.message_id = (
    SELECT m.id FROM message m WHERE m.thread_id = p_thread AND m.kind = 'inbound' AND m.deleted_at IS NULL
      AND (p_cause IS NULL OR m.id = p_cause) ORDER BY m.seq DESC LIMIT 1)
$$;

-- Appends messages and their parts behind what is there. The caller holds the threads' locks and moves their counters
-- (count_outbound_v1 says how far).
CREATE FUNCTION append_outbound_v1(p_out outbound_v1[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, body, class, cause_id, extras)
  SELECT o.id, o.thread_id, o.conversation_id, t.last_seq + row_number() OVER (PARTITION BY o.thread_id ORDER BY o.place), o.kind,
    o.author_kind, o.author_id, o.text, o.body, o.class, o.cause_id, o.extras
  FROM unnest(p_out) o JOIN thread t ON t.id = o.thread_id;

  INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, class, part,
    reply_to_external_id, owner_version, state)
  SELECT p.id, o.id, o.thread_id, o.conversation_id, t.account_id,
    t.last_out + row_number() OVER (PARTITION BY o.thread_id ORDER BY o.place, p.ordinal), p.ordinal, o.class, p.part,
    coalesce(p."replyTo", CASE WHEN t.kind <> 'private' AND p.ordinal = 0 THEN asked_among_others_v1(t.id, o.cause_id) END),
    o.owner_version, 'pending'
  FROM unnest(p_out) o JOIN thread t ON t.id = o.thread_id
  CROSS JOIN LATERAL jsonb_to_recordset(o.parts) AS p(id uuid, ordinal smallint, part jsonb, "replyTo" text)
  WHERE o.kind = 'outbound';
END $$;
CREATE TYPE outbound_count_v1 AS (thread_id uuid, conversation_id uuid, messages bigint, parts bigint, preview text);
CREATE FUNCTION count_outbound_v1(p_out outbound_v1[]) RETURNS outbound_count_v1[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(ROW(x.*)::outbound_count_v1) FROM (
    SELECT o.thread_id, o.conversation_id, count(*),
      coalesce(sum(jsonb_array_length(o.parts)) FILTER (WHERE o.kind = 'outbound'), 0),
      left((array_agg(o.text ORDER BY o.place DESC) FILTER (WHERE o.kind = 'outbound'))[1], 140)
    FROM unnest(p_out) o GROUP BY o.thread_id, o.conversation_id
  ) x
$$;

CREATE FUNCTION decide_v1(p_instance uuid, p_items jsonb) RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
DECLARE
  items decision_v1[];
  held uuid[];
  good decision_v1[];
  said outbound_v1[];
  d decision_v1;
  moved bigint;
  nth integer;
BEGIN
  SELECT array_agg(i) INTO items FROM jsonb_populate_recordset(NULL::decision_v1, p_items) i;
  held := fence_v1(p_instance, ARRAY(SELECT i.thread_id FROM unnest(items) i), ARRAY(SELECT i.token FROM unnest(items) i));

  -- decided under an older owner: nothing of it lands, the tail hands back the work as it stands now
  SELECT array_agg(i) INTO good FROM unnest(items) i JOIN conversation c ON c.id = i.conversation_id
  WHERE i.thread_id = ANY (held) AND c.owner_version = i.owner_version AND c.status <> 'resolved';

  IF good IS NOT NULL THEN
    IF EXISTS (SELECT FROM unnest(good) i WHERE i.automatic_limit IS NOT NULL) THEN
      good := limit_automatic_v1(good);
    END IF;
    UPDATE message m SET state = i.message_state, state_reason = i.why,
      parked_at = CASE i.message_state WHEN 'parked' THEN now() END
    FROM unnest(good) i CROSS JOIN LATERAL unnest(i.message_ids) AS x(id)
    WHERE m.id = x.id AND m.state = 'new';

    IF EXISTS (SELECT FROM unnest(good) i WHERE i.used_turn IS NOT NULL OR i.new_turn IS NOT NULL) THEN
      UPDATE turn u SET state = i.turn_state, finished_at = now() FROM unnest(good) i
      WHERE u.id = i.used_turn AND u.state IN ('running', 'done');
      INSERT INTO turn (id, thread_id, conversation_id, upto_seq, owner_version, instance, state, deadline_at)
      SELECT (i.new_turn->>'id')::uuid, i.thread_id, i.conversation_id, (i.new_turn->>'uptoSeq')::bigint, i.owner_version,
        p_instance, 'running', now() + (i.new_turn->>'deadlineMs')::double precision * interval '1 millisecond'
      FROM unnest(good) i WHERE i.new_turn IS NOT NULL;
    END IF;

    FOR d IN SELECT i.* FROM unnest(good) i WHERE i.handoff_team IS NOT NULL ORDER BY i.thread_id LOOP
      moved := change_owner_v1(d.conversation_id, d.owner_version, 'queue', d.handoff_team, NULL, 'bot', NULL, d.why);
    END LOOP;

    -- A greeting stands first in what is said. Whoever was greeted in another place meanwhile is not greeted again.
    IF EXISTS (SELECT FROM unnest(good) i WHERE i.greets) THEN
      FOR nth IN SELECT k.no FROM generate_subscripts(good, 1) AS k(no) JOIN thread t ON t.id = good[k.no].thread_id
        WHERE good[k.no].greets ORDER BY t.contact_id
      LOOP
        INSERT INTO contact_greeting AS g (contact_id, greeted_at)
        SELECT t.contact_id, now() FROM thread t WHERE t.id = good[nth].thread_id
        ON CONFLICT (contact_id) DO UPDATE SET greeted_at = now() WHERE g.greeted_at <= now() - interval '30 days';
        -- in a letter it is part of the one message
        IF NOT FOUND AND jsonb_array_length(good[nth].outbound) > 1 THEN good[nth].outbound := good[nth].outbound - 0; END IF;
      END LOOP;
    END IF;

    -- what is said belongs to the owner as decided here, so a handoff's own words are not taken for an older bot's
    SELECT array_agg(ROW(i.thread_id, i.conversation_id, i.owner_version + CASE WHEN i.handoff_team IS NULL THEN 0 ELSE 1 END,
      o.place, o.id, o.text, o.body, o.class, 'bot', NULL, o."causeId", 'outbound', o.parts, o.extras)::outbound_v1) INTO said
    FROM unnest(good) i
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(i.outbound) AS (id uuid, text text, body jsonb, class text, "causeId" uuid,
      parts jsonb, extras jsonb)) WITH ORDINALITY AS o(id, text, body, class, "causeId", parts, extras, place)
    WHERE i.outbound IS NOT NULL;
    IF said IS NOT NULL THEN
      PERFORM append_outbound_v1(said);
    END IF;

    UPDATE thread t SET last_seq = t.last_seq + coalesce(jsonb_array_length(i.outbound), 0), last_out = t.last_out + o.parts,
      (new_from, first_new_at) = (SELECT m.seq, m.created_at FROM message m
        WHERE m.thread_id = t.id AND m.seq >= t.new_from AND m.state = 'new' ORDER BY m.seq LIMIT 1),
      open_from = coalesce(t.open_from, CASE WHEN o.parts > 0 THEN t.last_out + 1 END),
      bot_said = coalesce(i.bot_said, t.bot_said),
      pause_until = CASE WHEN i.wait_ms IS NULL THEN t.pause_until ELSE now() + i.wait_ms * interval '1 millisecond' END,
      -- what ended the workers is parked: what is said about it is not to blame
      alone_deaths = CASE i.message_state WHEN 'parked' THEN 0 ELSE t.alone_deaths END
    FROM unnest(good) i
    CROSS JOIN LATERAL (SELECT coalesce(sum(jsonb_array_length(e->'parts')), 0) AS parts FROM jsonb_array_elements(i.outbound) e) o
    WHERE t.id = i.thread_id;

    -- no indexed column, so the row stays where it is
    UPDATE conversation c SET version = c.version + 1,
      bot_memory = coalesce(i.memory, c.bot_memory), language = coalesce(i.language, c.language),
      secret_pending = c.secret_pending AND NOT coalesce(i.secret_told, false),
      secret_told_at = CASE WHEN i.secret_told THEN now() ELSE c.secret_told_at END,
      priority = CASE WHEN i.urgent THEN 'urgent' ELSE c.priority END,
      suggestion = CASE WHEN i.outbound IS NULL THEN coalesce(i.suggestion, c.suggestion) END
    FROM unnest(good) i WHERE c.id = i.conversation_id AND i.new_turn IS NULL AND i.wait_ms IS NULL;
  END IF;

  RETURN QUERY SELECT * FROM tail_v1(held, ARRAY(SELECT i.thread_id FROM unnest(items) i WHERE i.release));
END $$;

CREATE TYPE settlement_v1 AS (
  thread_id uuid, token bigint, release boolean, delivery_id uuid, next_state text, external_id text, error_kind text, error text,
  retry_ms double precision, ambiguous boolean, not_called boolean, block_chat_ms double precision,
  block_account_ms double precision, unreachable boolean, new_address text, more_external_ids text[]
);

CREATE FUNCTION settle_v1(p_instance uuid, p_items jsonb) RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
DECLARE
  items settlement_v1[];
  held uuid[];
  s settlement_v1;
  t thread;
BEGIN
  SELECT array_agg(i) INTO items FROM jsonb_populate_recordset(NULL::settlement_v1, p_items) i;
  held := fence_v1(p_instance, ARRAY(SELECT i.thread_id FROM unnest(items) i), ARRAY(SELECT i.token FROM unnest(items) i));

  UPDATE delivery d SET state = i.next_state, external_id = coalesce(i.external_id, d.external_id), error_kind = i.error_kind,
    error = i.error, ambiguous = d.ambiguous + CASE WHEN i.ambiguous THEN 1 ELSE 0 END,
    attempt = d.attempt - CASE WHEN i.not_called THEN 1 ELSE 0 END,
    due_at = now() + coalesce(i.retry_ms, 0) * interval '1 millisecond'
  FROM unnest(items) i
  WHERE d.id = i.delivery_id AND i.thread_id = ANY (held) AND d.thread_id = i.thread_id
    -- a repeat after a lost answer must change nothing but when an unknown part is asked for again
    AND (d.state = 'sending' OR (d.state = 'unknown' AND (i.next_state <> 'unknown' OR NOT i.ambiguous)));

  INSERT INTO message_external (account_id, external_id, message_id)
  SELECT d.account_id, d.external_id, d.message_id FROM unnest(items) i JOIN delivery d ON d.id = i.delivery_id
  WHERE i.thread_id = ANY (held) AND i.next_state = 'sent' AND i.external_id IS NOT NULL
  ORDER BY 1, 2
  ON CONFLICT (account_id, external_id) DO NOTHING;
  IF EXISTS (SELECT FROM unnest(items) i WHERE i.more_external_ids IS NOT NULL) THEN
    INSERT INTO message_external (account_id, external_id, message_id)
    SELECT d.account_id, x.id, d.message_id FROM unnest(items) i JOIN delivery d ON d.id = i.delivery_id
    CROSS JOIN LATERAL unnest(i.more_external_ids) AS x(id)
    WHERE i.thread_id = ANY (held) AND i.next_state = 'sent'
    ORDER BY 1, 2
    ON CONFLICT (account_id, external_id) DO NOTHING;
  END IF;

  UPDATE conversation c SET version = c.version + 1
  FROM (SELECT DISTINCT d.conversation_id FROM unnest(items) i JOIN delivery d ON d.id = i.delivery_id
    WHERE i.thread_id = ANY (held)) x WHERE c.id = x.conversation_id;

  -- the rest is rare, so it may go row by row
  FOR s IN SELECT i.* FROM unnest(items) i WHERE i.thread_id = ANY (held) AND i.next_state <> 'sent' ORDER BY i.thread_id LOOP
    SELECT * INTO t FROM thread x WHERE x.id = s.thread_id;
    IF s.next_state IN ('failed', 'superseded') THEN
      UPDATE delivery d SET state = s.next_state, error_kind = CASE s.next_state WHEN 'failed' THEN 'earlier_part' END,
        error = CASE s.next_state WHEN 'failed' THEN 'an earlier part of this message failed' END
      FROM delivery f WHERE f.id = s.delivery_id AND f.action = 'send' AND d.message_id = f.message_id AND d.ordinal > f.ordinal
        AND d.state IN ('scheduled', 'pending', 'retry');
    ELSIF s.next_state = 'needs_review' THEN
      UPDATE thread SET hold_until = now() + interval '30 seconds' WHERE id = s.thread_id;
    END IF;
    IF s.unreachable THEN
      UPDATE identity SET unreachable_at = now() WHERE id = t.identity_id AND unreachable_at IS NULL;
    END IF;
    IF s.new_address IS NOT NULL THEN
      UPDATE thread SET address = s.new_address WHERE id = s.thread_id;
    END IF;
    IF s.block_account_ms IS NOT NULL THEN
      UPDATE account SET blocked_until = greatest(blocked_until, now() + s.block_account_ms * interval '1 millisecond')
      WHERE id = t.account_id;
    END IF;
    IF s.block_chat_ms IS NOT NULL THEN
      -- two chats refused within 10 s mean the account, not the chat; a fresh refusal is always remembered
      UPDATE account a SET blocked_until = CASE WHEN a.flood_at > now() - interval '10 seconds' AND a.flood_chat <> t.chat_key
          THEN greatest(a.blocked_until, now() + s.block_chat_ms * interval '1 millisecond') ELSE a.blocked_until END,
        flood_at = now(), flood_chat = t.chat_key
      WHERE a.id = t.account_id;
      INSERT INTO chat AS c (account_id, key, blocked_until)
      VALUES (t.account_id, t.chat_key, now() + s.block_chat_ms * interval '1 millisecond')
      ON CONFLICT (account_id, key) DO UPDATE SET blocked_until = greatest(c.blocked_until, EXCLUDED.blocked_until);
    END IF;
  END LOOP;

  RETURN QUERY SELECT * FROM tail_v1(held, ARRAY(SELECT i.thread_id FROM unnest(items) i WHERE i.release));
END $$;

-- Reads leased threads afresh: after a step whose answer was lost, or to give the lease back (p_release).
-- A part it hands back as 'sending' was begun by a step whose answer was lost, so it was never called.
CREATE FUNCTION resume_v1(p_instance uuid, p_threads uuid[], p_tokens bigint[], p_release uuid[]) RETURNS SETOF work_v1
LANGUAGE plpgsql AS $$
DECLARE
  held uuid[];
BEGIN
  held := fence_v1(p_instance, p_threads, p_tokens);
  RETURN QUERY SELECT * FROM tail_v1(held, p_release);
END $$;

-- Gives back the leases of an instance but those it is working on: what a claim took whose answer was lost. Its parts were
-- begun by that claim and never called.
CREATE FUNCTION reclaim_v1(p_instance uuid, p_working uuid[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  lost uuid[];
BEGIN
  WITH mine AS MATERIALIZED (
    SELECT t.id FROM thread t WHERE t.lease_owner = p_instance AND NOT t.id = ANY (p_working) ORDER BY t.id FOR NO KEY UPDATE
  )
  SELECT array_agg(mine.id) INTO lost FROM mine;
  IF lost IS NULL THEN RETURN 0; END IF;
  UPDATE delivery d SET state = 'retry', attempt = d.attempt - 1, due_at = now()
  FROM thread t WHERE t.id = ANY (lost) AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'sending'
    AND d.sending_token = t.lease_token;
  UPDATE thread SET lease_owner = NULL, lease_alone = false, due_at = now() WHERE id = ANY (lost);
  RETURN cardinality(lost);
END $$;

-- Stores the outcome of a brain that ran without the lease. False when somebody moved on.
CREATE FUNCTION finish_turn_v1(p_turn uuid, p_output jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  owner uuid;
BEGIN
  SELECT u.thread_id INTO owner FROM turn u WHERE u.id = p_turn;
  PERFORM FROM thread t WHERE t.id = owner FOR NO KEY UPDATE;
  UPDATE turn SET state = 'done', output = p_output WHERE id = p_turn AND state = 'running' AND deadline_at > now();
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE thread SET due_at = now() WHERE id = owner;
  RETURN true;
END $$;

-- Ends an instance: its threads are free with the next token, what it was sending is unknown, its turns are due.
-- p_grace_ms: how old the heartbeat must be besides the session lock being free; null: whatever its age.
CREATE FUNCTION bury_v1(p_instance uuid, p_as text, p_grace_ms integer, p_late_ms integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  i instance;
  age interval;
  freed uuid[];
BEGIN
  SELECT * INTO i FROM instance x WHERE x.id = p_instance AND x.ended_at IS NULL FOR UPDATE;
  IF i.id IS NULL THEN RETURN NULL; END IF;
  IF p_as = 'dead' AND p_grace_ms IS NOT NULL THEN
    -- right after the server started nobody can have written a heartbeat
    age := now() - greatest(i.heartbeat_at, pg_postmaster_start_time());
    IF age < p_late_ms * interval '1 millisecond' THEN
      IF age < p_grace_ms * interval '1 millisecond' THEN RETURN NULL; END IF;
      IF NOT pg_try_advisory_xact_lock(1885434476 + 1, i.lock_no) THEN RETURN NULL; END IF;
    END IF;
  END IF;
  UPDATE instance SET ended_at = now(), ended_as = p_as WHERE id = p_instance;
  WITH mine AS MATERIALIZED (
    SELECT t.id FROM thread t WHERE t.lease_owner = p_instance ORDER BY t.id FOR NO KEY UPDATE
  ), freed_rows AS (
    UPDATE thread t SET lease_owner = NULL, lease_token = t.lease_token + 1, due_at = now(),
      suspicion = CASE WHEN p_as = 'dead' THEN least(t.suspicion + 1, 2) ELSE t.suspicion END,
      alone_deaths = t.alone_deaths + CASE WHEN p_as = 'dead' AND t.lease_alone THEN 1 ELSE 0 END, lease_alone = false
    FROM mine WHERE t.id = mine.id RETURNING t.id
  )
  SELECT array_agg(f.id) INTO freed FROM freed_rows f;
  UPDATE delivery d SET state = 'unknown', error_kind = 'unknown', error = 'the process ended during the call',
    ambiguous = ambiguous + 1
  FROM thread t WHERE t.id = ANY (freed) AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'sending';
  UPDATE turn SET deadline_at = least(deadline_at, now()) WHERE instance = p_instance AND state = 'running';
  UPDATE thread t SET due_at = least(t.due_at, now()) FROM turn u
  WHERE u.instance = p_instance AND u.state = 'running' AND t.id = u.thread_id AND t.lease_owner IS NULL;
  UPDATE account SET owner_instance = NULL, owner_token = owner_token + 1 WHERE owner_instance = p_instance;
  RETURN coalesce(cardinality(freed), 0);
END $$;

-- A plan made while the tables were small stays cached in its session: it must never be one that reads a whole table, so
-- scans and the joins that feed on them are off and every table is reached by index, row by row of the batch. Planning anew
-- for each call would cost more than the calls; so would JIT.
ALTER FUNCTION ingest_v1(jsonb, bytea) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
ALTER FUNCTION claim_v1(uuid, integer[], integer, integer, integer, smallint) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
ALTER FUNCTION decide_v1(uuid, jsonb) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
ALTER FUNCTION settle_v1(uuid, jsonb) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
ALTER FUNCTION resume_v1(uuid, uuid[], bigint[], uuid[]) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
`;
