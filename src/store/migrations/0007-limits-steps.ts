/** The tail of 0003 and the decision of 0004 with what the bot said before: answers a minute, repeats, the greeting. */
export const limitsSteps = /* sql */ `
CREATE OR REPLACE FUNCTION tail_v1(p_threads uuid[], p_release uuid[]) RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
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
      UPDATE thread t SET lease_owner = NULL, lease_alone = false, suspect = false, alone_deaths = 0, open_from = x.head_seq,
        due_at = least(
          CASE WHEN x.head_id IS NULL THEN NULL
            WHEN x.head_state IN ('sending', 'unknown') THEN now()
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
        SELECT jsonb_agg(jsonb_build_object('id', m.id, 'seq', m.seq, 'text', m.text) ORDER BY m.seq)
        FROM (SELECT m1.id, m1.seq, m1.text FROM message m1 WHERE m1.thread_id = t.id AND m1.seq >= t.new_from AND m1.state = 'new'
          ORDER BY m1.seq LIMIT 50) m
      ) END,
      CASE WHEN x.turn_state = 'done' OR (x.turn_state = 'running' AND x.turn_deadline <= now()) THEN (
        SELECT jsonb_build_object('id', u.id, 'state', u.state, 'uptoSeq', u.upto_seq, 'ownerVersion', u.owner_version,
          'output', u.output) FROM turn u WHERE u.id = x.turn_id
      ) END,
      CASE WHEN x.head_id = ANY (heads) OR x.head_state IN ('sending', 'unknown') THEN (
        SELECT jsonb_build_object('id', d.id, 'state', d.state, 'action', d.action, 'class', d.class, 'part', d.part,
          'messageId', d.message_id, 'target', d.target_external_id, 'replyTo', d.reply_to_external_id, 'attempt', d.attempt,
          'ambiguous', d.ambiguous, 'stale', d.owner_version IS NOT NULL AND d.owner_version < (
            SELECT c1.owner_version FROM conversation c1 WHERE c1.id = d.conversation_id),
          'ageMs', extract(epoch FROM clock_timestamp() - coalesce(d.sending_at, d.created_at)) * 1000)
        FROM delivery d WHERE d.id = x.head_id
      ) END, t.bot_said, extract(epoch FROM now())::double precision * 1000
    FROM unnest(states) x JOIN thread t ON t.id = x.thread_id
    JOIN identity i ON i.id = t.identity_id
    LEFT JOIN conversation c ON c.thread_id = t.id AND c.status <> 'resolved'
    WHERE x.thread_id = ANY (going);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION decide_v1(p_instance uuid, p_items jsonb) RETURNS SETOF work_v1 LANGUAGE plpgsql AS $$
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
        IF NOT FOUND THEN good[nth].outbound := good[nth].outbound - 0; END IF;
      END LOOP;
    END IF;

    -- what is said belongs to the owner as decided here, so a handoff's own words are not taken for an older bot's
    SELECT array_agg(ROW(i.thread_id, i.conversation_id, i.owner_version + CASE WHEN i.handoff_team IS NULL THEN 0 ELSE 1 END,
      o.place, o.id, o.text, o.body, o.class, 'bot', NULL, o."causeId", 'outbound', o.parts)::outbound_v1) INTO said
    FROM unnest(good) i
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(i.outbound) AS (id uuid, text text, body jsonb, class text, "causeId" uuid,
      parts jsonb)) WITH ORDINALITY AS o(id, text, body, class, "causeId", parts, place)
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
      priority = CASE WHEN i.urgent THEN 'urgent' ELSE c.priority END
    FROM unnest(good) i WHERE c.id = i.conversation_id AND i.new_turn IS NULL AND i.wait_ms IS NULL;
  END IF;

  RETURN QUERY SELECT * FROM tail_v1(held, ARRAY(SELECT i.thread_id FROM unnest(items) i WHERE i.release));
END $$;

-- A replaced function loses its settings.
ALTER FUNCTION decide_v1(uuid, jsonb) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan SET jit = off;
`;
