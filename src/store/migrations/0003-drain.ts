/**
 * Claim, decide, settle: every step a worker takes on leased threads is one call for a whole batch, fenced by
 * (lease_owner, lease_token) under the threads' row locks, and each ends in the same tail: begin the next part that may
 * go out, else hand back what is to be decided, else release the lease and set when the thread is due again.
 */
export const drain = /* sql */ `
CREATE TYPE work_v1 AS (
  thread_id uuid, token bigint, status text, due_now boolean, alone_deaths smallint,
  account_id text, address text, thread_kind text, contact_id uuid,
  conversation_id uuid, owner_kind text, owner_version bigint, language text, language_hint text, memory jsonb,
  secret_pending boolean, messages jsonb, turn jsonb, delivery jsonb, bot_said jsonb, now_ms double precision
);

-- Takes a turn of the account's and the chat's pace for one part. Null: go now; else the moment of its turn, which is kept for it.
CREATE FUNCTION reserve_pace_v1(p_account text, p_chat text, p_group boolean) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  pace jsonb;
  account_at timestamptz;
  chat_at timestamptz;
  account_step interval;
  chat_step interval;
  slack integer;
  turn_at timestamptz;
BEGIN
  SELECT a.pace, greatest(a.pace_at, now()) INTO pace, account_at FROM account a WHERE a.id = p_account FOR NO KEY UPDATE;
  IF pace IS NULL THEN RETURN NULL; END IF;
  INSERT INTO chat AS c (account_id, key) VALUES (p_account, p_chat)
    ON CONFLICT (account_id, key) DO UPDATE SET pace_at = c.pace_at
    RETURNING greatest(c.pace_at, now()) INTO chat_at;
  account_step := (pace->>'accountMs')::double precision * interval '1 millisecond';
  chat_step := (pace->>(CASE WHEN p_group THEN 'groupMs' ELSE 'chatMs' END))::double precision * interval '1 millisecond';
  slack := greatest((pace->>'burst')::integer, 1) - 1;
  turn_at := greatest(now(), account_at - slack * account_step, chat_at - slack * chat_step);
  UPDATE account SET pace_at = greatest(account_at, turn_at) + account_step WHERE id = p_account;
  UPDATE chat SET pace_at = greatest(chat_at, turn_at) + chat_step WHERE account_id = p_account AND key = p_chat;
  RETURN CASE WHEN turn_at > now() + interval '50 milliseconds' THEN turn_at END;
END $$;

-- Whether an earlier part of its message arrived, or may have.
CREATE FUNCTION has_begun_v1(d delivery) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM delivery b WHERE b.message_id = d.message_id AND b.ordinal < d.ordinal
    AND b.state NOT IN ('scheduled', 'pending', 'retry', 'superseded', 'failed', 'cancelled'))
$$;

-- What stands in the way of each thread, read once for the whole batch.
CREATE TYPE tail_state_v1 AS (
  thread_id uuid, token bigint, forced boolean, paced boolean, account_id text, chat_key text, grouped boolean,
  head_id uuid, head_seq bigint, head_state text, head_due timestamptz, head_reserved boolean, held_until timestamptz,
  has_new boolean, pause_until timestamptz, turn_id uuid, turn_state text, turn_deadline timestamptz
);
CREATE FUNCTION tail_states_v1(p_threads uuid[], p_release uuid[]) RETURNS tail_state_v1[] LANGUAGE plpgsql AS $$
DECLARE
  states tail_state_v1[];
BEGIN
  SELECT array_agg(ROW(t.id, t.lease_token, t.id = ANY (p_release), a.pace IS NOT NULL, t.account_id, t.chat_key,
    t.kind <> 'private', d.id, d.out_seq, d.state, d.due_at, d.reserved, greatest(t.hold_until, c.blocked_until, a.blocked_until),
    n.seq IS NOT NULL, t.pause_until, u.id, u.state, u.deadline_at)::tail_state_v1) INTO states
  FROM thread t
  JOIN account a ON a.id = t.account_id
  LEFT JOIN chat c ON c.account_id = t.account_id AND c.key = t.chat_key
  LEFT JOIN LATERAL (
    SELECT x.id, x.out_seq, x.state, x.due_at, x.reserved FROM delivery x
    WHERE x.thread_id = t.id AND x.out_seq >= t.open_from
      AND x.state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown')
    ORDER BY x.out_seq LIMIT 1
  ) d ON true
  LEFT JOIN LATERAL (
    SELECT m.seq FROM message m WHERE m.thread_id = t.id AND m.seq >= t.new_from AND m.state = 'new' ORDER BY m.seq LIMIT 1
  ) n ON true
  LEFT JOIN turn u ON u.thread_id = t.id AND u.state IN ('running', 'done')
  WHERE t.id = ANY (p_threads);
  RETURN states;
END $$;

-- Whether a worker has a step to take on a thread now.
CREATE FUNCTION goes_on_v1(s tail_state_v1, p_begun boolean) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT s.forced AND (
    p_begun OR coalesce(s.head_state = 'sending' OR (s.head_state = 'unknown' AND s.head_due <= now()), false)
    OR coalesce(s.turn_state = 'done' OR (s.turn_state = 'running' AND s.turn_deadline <= now()), false)
    OR (s.has_new AND s.turn_state IS NULL AND coalesce(s.pause_until, '-infinity') <= now())
  )
$$;

CREATE FUNCTION tail_v1(p_threads uuid[], p_release uuid[]) RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
DECLARE
  states tail_state_v1[];
  heads uuid[];
  going uuid[];
  s tail_state_v1;
  turn_at timestamptz;
  moved boolean := false;
BEGIN
  IF cardinality(p_threads) = 0 THEN RETURN; END IF;
  states := tail_states_v1(p_threads, p_release);
  heads := ARRAY(SELECT x.head_id FROM unnest(states) x WHERE NOT x.forced AND x.head_state IN ('scheduled', 'pending', 'retry')
    AND x.head_due <= now() + interval '50 milliseconds' AND x.held_until <= now());

  IF EXISTS (SELECT FROM unnest(states) x WHERE x.paced AND NOT x.head_reserved AND x.head_id = ANY (heads)) THEN
    FOR s IN SELECT x.* FROM unnest(states) x WHERE x.paced AND NOT x.head_reserved AND x.head_id = ANY (heads)
      ORDER BY x.account_id, x.chat_key, x.thread_id
    LOOP
      turn_at := reserve_pace_v1(s.account_id, s.chat_key, s.grouped);
      IF turn_at IS NOT NULL THEN
        UPDATE delivery SET due_at = turn_at, reserved = true WHERE id = s.head_id;
        heads := array_remove(heads, s.head_id);
        moved := true;
      END IF;
    END LOOP;
    IF moved THEN states := tail_states_v1(p_threads, p_release); END IF;
  END IF;

  IF cardinality(heads) > 0 THEN
    UPDATE delivery d SET state = 'sending', attempt = d.attempt + 1, sending_at = clock_timestamp(), reserved = false,
      sending_token = x.token
    FROM unnest(states) x WHERE x.head_id = ANY (heads) AND d.id = x.head_id;
  END IF;

  going := ARRAY(SELECT x.thread_id FROM unnest(states) x WHERE goes_on_v1(x, coalesce(x.head_id = ANY (heads), false)));
  IF cardinality(going) < cardinality(states) THEN
    RETURN QUERY
    WITH released AS (
      UPDATE thread t SET lease_owner = NULL, lease_alone = false, suspicion = 0, alone_deaths = 0, open_from = x.head_seq,
        due_at = least(
          CASE WHEN x.head_id IS NULL THEN NULL
            WHEN x.head_state = 'sending' THEN now()
            -- what the platform could not tell is asked again a little later
            WHEN x.head_state = 'unknown' THEN x.head_due
            ELSE greatest(x.head_due, x.held_until) END,
          CASE WHEN x.turn_state = 'done' THEN now() WHEN x.turn_state = 'running' THEN x.turn_deadline
            WHEN x.has_new THEN coalesce(x.pause_until, now()) END)
      FROM unnest(states) x WHERE t.id = x.thread_id AND NOT x.thread_id = ANY (going)
      RETURNING t.id, t.lease_token, t.due_at <= now() AS due_now
    )
    SELECT r.id, r.lease_token, 'released', coalesce(r.due_now, false), 0::smallint, NULL::text, NULL::text, NULL::text,
      NULL::uuid, NULL::uuid, NULL::text, NULL::bigint, NULL::text, NULL::text, NULL::jsonb, NULL::boolean, NULL::jsonb,
      NULL::jsonb, NULL::jsonb, NULL::jsonb, NULL::double precision
    FROM released r;
  END IF;

  IF cardinality(going) > 0 THEN
    RETURN QUERY
    SELECT t.id, t.lease_token, 'work', true, t.alone_deaths, t.account_id, t.address, t.kind, t.contact_id,
      c.id, c.owner_kind, c.owner_version, c.language, i.language_hint, c.bot_memory, c.secret_pending,
      CASE WHEN x.has_new AND ((x.turn_state = 'running' AND x.turn_deadline <= now())
          OR (x.turn_state IS DISTINCT FROM 'running' AND coalesce(x.pause_until, '-infinity') <= now())) THEN (
        SELECT jsonb_agg(jsonb_build_object('id', m.id, 'seq', m.seq, 'text', m.text, 'standIn', m.stand_in, 'arrives', m.arrives, 'entry', m.entry) ORDER BY m.seq)
        FROM (SELECT m1.id, m1.seq, m1.text, m1.entry, m1.extras->>'standIn' AS stand_in, coalesce(m1.extras ? 'arrives', false) AS arrives FROM message m1 WHERE m1.thread_id = t.id AND m1.seq >= t.new_from AND m1.state = 'new'
          ORDER BY m1.seq LIMIT 50) m
      ) END,
      CASE WHEN x.turn_state = 'done' OR (x.turn_state = 'running' AND x.turn_deadline <= now()) THEN (
        SELECT jsonb_build_object('id', u.id, 'state', u.state, 'uptoSeq', u.upto_seq, 'ownerVersion', u.owner_version,
          'output', u.output) FROM turn u WHERE u.id = x.turn_id
      ) END,
      CASE WHEN x.head_id = ANY (heads) OR x.head_state = 'sending' OR (x.head_state = 'unknown' AND x.head_due <= now()) THEN (
        SELECT jsonb_build_object('id', d.id, 'state', d.state, 'action', d.action, 'class', d.class, 'part', d.part,
          'messageId', d.message_id, 'target', d.target_external_id, 'replyTo', d.reply_to_external_id, 'attempt', d.attempt,
          'createdAtMs', extract(epoch FROM d.created_at)::double precision * 1000, 'around', CASE WHEN t.kind <> 'private' THEN around_part_v1(d) END,
          'ambiguous', d.ambiguous, 'stale', d.owner_version IS NOT NULL AND d.owner_version < (
            SELECT c1.owner_version FROM conversation c1 WHERE c1.id = d.conversation_id), 'begun', d.ordinal > 0 AND has_begun_v1(d),
          'ageMs', extract(epoch FROM clock_timestamp() - coalesce(d.sending_at, d.created_at)) * 1000)
        FROM delivery d WHERE d.id = x.head_id
      ) END, t.bot_said, extract(epoch FROM now())::double precision * 1000
    FROM unnest(states) x JOIN thread t ON t.id = x.thread_id
    JOIN identity i ON i.id = t.identity_id
    LEFT JOIN conversation c ON c.thread_id = t.id AND c.status <> 'resolved'
    WHERE x.thread_id = ANY (going);
  END IF;
END $$;

CREATE FUNCTION claim_v1(p_instance uuid, p_shards integer[], p_mod integer, p_limit integer, p_overdue_ms integer, p_suspicion smallint)
RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
DECLARE
  claimed uuid[];
BEGIN
  -- held until commit, so that a burial comes either before (nothing is claimed) or after (it sees these leases)
  PERFORM FROM instance WHERE id = p_instance AND ended_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'instance % has been declared dead', p_instance USING ERRCODE = 'PA002'; END IF;
  WITH due AS MATERIALIZED (
    SELECT t.id FROM thread t
    WHERE t.due_at <= now() - p_overdue_ms * interval '1 millisecond' AND t.lease_owner IS NULL AND t.suspicion = p_suspicion
      AND (p_shards IS NULL OR t.shard % p_mod = ANY (p_shards))
    ORDER BY t.due_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE thread t SET lease_owner = p_instance, lease_token = t.lease_token + 1, lease_alone = p_suspicion > 0 AND (SELECT count(*) FROM due) = 1,
      due_at = NULL
    FROM due WHERE t.id = due.id RETURNING t.id
  )
  SELECT array_agg(taken.id) INTO claimed FROM taken;
  IF claimed IS NULL THEN RETURN; END IF;
  -- begun under an earlier lease that ended without an outcome: nobody knows whether it was called
  UPDATE delivery d SET state = 'unknown', ambiguous = d.ambiguous + 1, error_kind = 'unknown',
    error = 'the lease ended during the call'
  FROM thread t WHERE t.id = ANY (claimed) AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'sending'
    AND d.sending_token < t.lease_token;
  -- Committed to disk like everything else: were a claim lost in a crash of the server, the next one would hand out the same
  -- token again, and two drains would hold it.
  RETURN QUERY SELECT * FROM tail_v1(claimed, '{}');
END $$;

-- Milliseconds until the nearest thread that is due later, or null.
CREATE FUNCTION next_due_ms_v1() RETURNS double precision LANGUAGE sql STABLE AS $$
  SELECT extract(epoch FROM t.due_at - now()) * 1000 FROM thread t
  WHERE t.due_at > now() AND t.lease_owner IS NULL ORDER BY t.due_at LIMIT 1
$$;

-- A platform answers again: parts that wait for their next try since it could not be reached are due now. What somebody works on
-- or another of these calls has locked is left out; it goes on by itself. Answers how many; the limit was reached: ask again.
CREATE FUNCTION hasten_v1(p_account text, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  hastened uuid[];
BEGIN
  WITH waiting AS MATERIALIZED (
    SELECT t.id, t.open_from FROM thread t
    WHERE t.due_at > now() AND t.account_id = p_account AND t.lease_owner IS NULL AND t.open_from IS NOT NULL
      AND EXISTS (SELECT FROM delivery d WHERE d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'retry'
        AND d.error_kind = 'transient' AND d.due_at > now())
    ORDER BY t.id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), parts AS (
    UPDATE delivery d SET due_at = now() FROM waiting w
    WHERE d.thread_id = w.id AND d.out_seq >= w.open_from AND d.state = 'retry' AND d.error_kind = 'transient' AND d.due_at > now()
    RETURNING d.thread_id
  )
  SELECT array_agg(DISTINCT parts.thread_id) INTO hastened FROM parts;
  UPDATE thread SET due_at = now() WHERE id = ANY (hastened);
  RETURN coalesce(cardinality(hastened), 0);
END $$;

-- Locks the threads of a batch in order and says which of them the caller still leases.
CREATE FUNCTION fence_v1(p_instance uuid, p_threads uuid[], p_tokens bigint[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
  held uuid[];
BEGIN
  WITH locked AS MATERIALIZED (
    SELECT t.id, t.lease_owner, t.lease_token FROM thread t WHERE t.id = ANY (p_threads) ORDER BY t.id FOR NO KEY UPDATE
  )
  SELECT array_agg(l.id) INTO held FROM locked l
  WHERE l.lease_owner = p_instance AND l.lease_token = p_tokens[array_position(p_threads, l.id)];
  RETURN coalesce(held, '{}');
END $$;

-- One change of ownership, under the thread's lock: compare-and-set, bot output not begun yet is superseded, audited.
-- Returns the new owner_version, or null when somebody was faster.
CREATE FUNCTION change_owner_v1(p_conversation uuid, p_expected bigint, p_kind text, p_team text, p_agent uuid,
  p_actor_kind text, p_actor_id text, p_why text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  was conversation;
  is_now bigint;
BEGIN
  SELECT * INTO was FROM conversation c WHERE c.id = p_conversation;
  IF was.id IS NULL OR was.owner_version <> p_expected OR was.status = 'resolved' THEN RETURN NULL; END IF;
  UPDATE conversation SET owner_kind = p_kind, owner_team = coalesce(p_team, owner_team),
    owner_agent = CASE p_kind WHEN 'agent' THEN p_agent ELSE owner_agent END,
    owner_version = owner_version + 1, version = version + 1,
    status = CASE WHEN p_kind = 'none' THEN 'resolved' ELSE status END,
    resolved_at = CASE WHEN p_kind = 'none' THEN now() END,
    resolved_owner_kind = CASE WHEN p_kind = 'none' THEN was.owner_kind END
  WHERE id = p_conversation RETURNING owner_version INTO is_now;
  -- what may have arrived already is not called superseded: a person sees it as probably delivered
  UPDATE delivery d SET state = CASE WHEN d.ambiguous > 0 THEN 'needs_review' ELSE 'superseded' END FROM thread t
  WHERE t.id = was.thread_id AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.conversation_id = was.id
    AND d.state IN ('scheduled', 'pending', 'retry') AND d.owner_version IS NOT NULL AND d.owner_version < is_now
    AND NOT has_begun_v1(d);
  UPDATE turn SET state = 'superseded', finished_at = now() WHERE thread_id = was.thread_id AND state IN ('running', 'done');
  IF p_kind <> 'bot' THEN
    UPDATE message m SET state = 'routed', state_reason = p_why FROM thread t
    WHERE t.id = was.thread_id AND m.thread_id = t.id AND m.seq >= t.new_from AND m.state = 'new'
      AND (p_kind = 'none' OR NOT was.secret_pending);
  END IF;
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, activity)
  SELECT gen_random_uuid(), t.id, was.id, t.last_seq + 1, 'activity', CASE p_actor_kind WHEN 'agent' THEN 'agent' WHEN 'bot' THEN 'bot'
      ELSE 'system' END, p_actor_id, '', jsonb_build_object('change', 'owner', 'from', was.owner_kind, 'to', p_kind, 'team', p_team,
      'agent', p_agent, 'why', p_why)
  FROM thread t WHERE t.id = was.thread_id;
  UPDATE thread SET last_seq = last_seq + 1 WHERE id = was.thread_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES (p_actor_kind, p_actor_id, 'owner.changed', 'conversation', was.id::text, jsonb_build_object('from', was.owner_kind,
    'fromAgent', was.owner_agent, 'to', p_kind, 'team', p_team, 'agent', p_agent, 'version', is_now, 'why', p_why));
  RETURN is_now;
END $$;
`;
