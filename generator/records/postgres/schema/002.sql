-- Version 2: the outbox can be made shorter.

-- Forgets changes that were noted longer ago than keep, which is at least a day, and says how many.
-- A reader that was away for longer finds that the outbox no longer reaches back to its position,
-- and reads every record. The newest change is always kept: by it a reader knows that the
-- database has not gone back to an earlier state. Only the owner of the outbox may do this.
create function registry.prune_change(keep interval) returns bigint language plpgsql
    set search_path = pg_catalog, pg_temp as $$
declare
    pruned bigint;
begin
    if keep is null or keep < interval '1 day' then
        raise exception 'keep must be at least a day, not %', keep using errcode = 'invalid_parameter_value';
    end if;
    -- Up to the first that is young enough, so that what is left has no gap.
    delete from registry.change
     where id < coalesce((select min(id) from registry.change where at >= now() - keep),
                         (select max(id) from registry.change));
    get diagnostics pruned = row_count;
    return pruned;
end $$;
revoke all on function registry.prune_change(interval) from public;
