/**
 * A matter that moves from one place to another of the same customer: what was asked among others goes on in private. The conversation
 * it began in ends there and knows the one that goes on.
 *
 * Lock order: both threads are locked together, in the order of their ids, before anything of either is read.
 */
export const continued = /* sql */ `
ALTER TABLE conversation
  -- where it goes on since the customer moved to another place; it is resolved then
  ADD COLUMN continued_in uuid REFERENCES conversation;
CREATE INDEX conversation_continued ON conversation (continued_in) WHERE continued_in IS NOT NULL;

-- The threads that the events of a batch go on from.
CREATE FUNCTION left_threads_v1(p_items ingest_item_v1[]) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(DISTINCT t.id), '{}') FROM unnest(p_items) i
  JOIN thread t ON t.account_id = i.account_id AND t.external_key = i.continues
$$;

-- What goes on here began in another thread: that conversation ends there, and this one is in the same hands, unless people have it
-- already. After the messages of the batch and the counters of both threads, since changes of owners are written behind them. The
-- caller holds the locks of both threads. A mere thank-you in private continues nothing: nobody would have the matter then.
CREATE FUNCTION continue_here_v1(h ingest_thread_v1, i ingest_item_v1) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  origin conversation;
  here conversation;
BEGIN
  SELECT c.* INTO origin FROM thread t JOIN conversation c ON c.thread_id = t.id
    WHERE t.account_id = i.account_id AND t.external_key = i.continues AND t.contact_id = h.contact_id
    ORDER BY c.status = 'resolved', c.number DESC LIMIT 1;
  IF h.fate IN ('quiet', 'thanks') OR origin.id IS NULL OR origin.thread_id = h.thread_id THEN RETURN; END IF;
  -- over: it went on elsewhere already, or so long ago that this is another matter; what the customer took up again is neither
  IF origin.status = 'resolved'
    AND (origin.continued_in IS NOT NULL OR origin.resolved_at <= now() - i.reopen_ms * interval '1 millisecond') THEN RETURN; END IF;
  UPDATE conversation SET continued_in = h.conversation_id WHERE id = origin.id;
  IF h.fate = 'new' THEN
    UPDATE conversation c SET language = coalesce(c.language, origin.language), topic = origin.topic,
      priority = CASE c.priority WHEN 'urgent' THEN c.priority ELSE origin.priority END,
      preview = CASE c.preview WHEN '' THEN origin.preview ELSE c.preview END
    WHERE c.id = h.conversation_id;
  END IF;
  -- where it was pasted nobody will be told of it any more
  IF origin.secret_pending THEN
    UPDATE conversation SET secret_pending = false WHERE id = origin.id;
    UPDATE conversation SET secret_pending = true, priority = 'urgent' WHERE id = h.conversation_id;
  END IF;
  SELECT * INTO here FROM conversation c WHERE c.id = h.conversation_id;
  IF here.owner_kind = 'bot' AND origin.owner_kind IN ('queue', 'agent') THEN
    IF h.fate = 'new' THEN
      -- it begins so: nothing has changed hands, and what came is still to be decided on
      UPDATE conversation SET owner_kind = origin.owner_kind, owner_team = origin.owner_team, owner_agent = origin.owner_agent WHERE id = here.id;
    ELSE
      PERFORM change_owner_v1(here.id, here.owner_version, origin.owner_kind, origin.owner_team, origin.owner_agent, 'customer', NULL, 'continued here');
    END IF;
  END IF;
  PERFORM change_owner_v1(origin.id, origin.owner_version, 'none', NULL, NULL, 'customer', NULL, 'continued elsewhere');
END $$;
`;
