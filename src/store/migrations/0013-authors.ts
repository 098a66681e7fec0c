/** What platforms tell of those who write to us. */
export const authors = /* sql */ `
-- Keeps what was told of the authors last. Where a name is the platform's id, nobody told it: then what was told before stays, and a
-- contact that was named so for want of a better gets its name with the first payload that has one. Reaching somebody is told as well.
CREATE FUNCTION learn_authors_v1(p_touched ingest_item_v1[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM identity x WHERE x.id IN (
    SELECT y.id FROM unnest(p_touched) i JOIN identity y ON y.channel = i.channel AND y.external_id = i.author_id
  ) ORDER BY x.id FOR NO KEY UPDATE;
  UPDATE contact c SET display_name = n.author_name
  FROM (
    SELECT DISTINCT ON (x.contact_id) x.contact_id, x.external_id, i.author_name FROM unnest(p_touched) i
    JOIN identity x ON x.channel = i.channel AND x.external_id = i.author_id
    WHERE i.author_name NOT IN (i.author_id, '') ORDER BY x.contact_id, i.ord DESC
  ) n
  WHERE c.id = n.contact_id AND c.display_name = n.external_id;
  UPDATE identity x SET display_name = CASE WHEN n.author_name = n.author_id THEN x.display_name ELSE n.author_name END,
    handle = CASE WHEN n.author_name = n.author_id AND n.author_handle IS NULL THEN x.handle ELSE n.author_handle END,
    language_hint = l.language_hint, unreachable_at = CASE l.kind WHEN 'receipt' THEN x.unreachable_at END
  FROM (SELECT DISTINCT ON (u.channel, u.author_id) u.* FROM unnest(p_touched) u
      ORDER BY u.channel, u.author_id, (u.author_name <> u.author_id OR u.author_handle IS NOT NULL) DESC, u.ord DESC) n
  JOIN (SELECT DISTINCT ON (u.channel, u.author_id) u.* FROM unnest(p_touched) u ORDER BY u.channel, u.author_id, u.ord DESC) l
    ON l.channel = n.channel AND l.author_id = n.author_id
  WHERE x.channel = n.channel AND x.external_id = n.author_id;
END $$;
`;
