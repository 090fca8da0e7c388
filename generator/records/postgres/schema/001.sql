-- The reference schema of the registry, version 1. It holds what may be published about a
-- certification (§500) and nothing else: no date of birth, address, e-mail or employer.

create table registry.certification (
    number          text collate "C" primary key check (number ~ '^MPSS[0-9]{6,9}$'),
    legal_name      text not null check (legal_name ~ '\S' and char_length(legal_name) <= 300),
    specializations text[] not null default '{}' check (
                        array_position(specializations, null) is null and specializations <@
                        array['parent-caregiver-family', 'crisis-care', 'unhoused', 'justice-involved']),
    updated_at      timestamptz not null default now() check (isfinite(updated_at))
);
comment on table registry.certification is 'One certification. A number is never used again (§209).';

create table registry.term (
    number    text collate "C" not null references registry.certification on update cascade,
    starts_on date not null check (isfinite(starts_on)),
    ends_on   date not null check (isfinite(ends_on)),
    primary key (number, starts_on),
    check (starts_on <= ends_on)
);
comment on table registry.term is 'A period for which a certification was issued or renewed: calendar days in America/Los_Angeles, the last one covered.';

create table registry.action (
    id              bigint generated always as identity primary key,
    number          text collate "C" not null references registry.certification on update cascade,
    kind            text not null check (kind in ('under-investigation', 'suspended', 'revoked')),
    effective_from  timestamptz not null check (isfinite(effective_from)),
    effective_until timestamptz check (isfinite(effective_until) and effective_until > effective_from)
);
create index action_number on registry.action (number);
comment on table registry.action is 'What was done about a certification: in force from effective_from up to, not including, effective_until; without one it stays.';

-- The one thing that the program reads records from. JSON gives dates as YYYY-MM-DD and instants
-- as RFC 3339; the reader puts them in order.
create view registry.public_record as
select c.number,
       c.legal_name,
       coalesce((select jsonb_agg(jsonb_build_object('from', t.starts_on, 'to', t.ends_on))
                   from registry.term t where t.number = c.number), '[]') as terms,
       coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                            'kind', a.kind, 'from', a.effective_from, 'until', a.effective_until)))
                   from registry.action a where a.number = c.number), '[]') as actions,
       c.specializations,
       c.updated_at
  from registry.certification c;

-- The outbox. A row says that a record has to be looked at again, never what it says now. A
-- reader that has seen a snapshot whose pg_snapshot_xmin is x has seen every row with xid < x, and
-- asks for xid >= x next time: a slow transaction that commits after a fast one is not missed,
-- as it would be by a reader that remembers the highest id.
create table registry.change (
    id     bigint generated always as identity primary key,
    xid    xid8 not null default pg_current_xact_id(),
    number text, -- null: look at every record again
    at     timestamptz not null default clock_timestamp()
);
create index change_xid on registry.change (xid);

-- Fires once a statement. It has the rights of its owner, so that whoever may write a record
-- needs no right on the outbox.
create function registry.note_change() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
declare
    numbers text[];
begin
    if tg_op = 'INSERT' then
        numbers := array(select distinct number from new_rows);
    elsif tg_op = 'DELETE' then
        numbers := array(select distinct number from old_rows);
    elsif tg_op = 'UPDATE' then
        numbers := array(select number from old_rows union select number from new_rows);
    else -- TRUNCATE
        numbers := array[null::text];
    end if;
    if cardinality(numbers) = 0 then
        return null;
    end if;
    insert into registry.change (number) select unnest(numbers);
    if tg_table_name <> 'certification' then
        update registry.certification set updated_at = now() where number = any (numbers) and updated_at < now();
    end if;
    perform pg_notify('registry_change', '');
    return null;
end $$;

-- A record that is changed without saying when was changed now.
create function registry.touch() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
begin
    if new.updated_at is not distinct from old.updated_at then
        new.updated_at := now();
    end if;
    return new;
end $$;
create trigger touch before update on registry.certification for each row execute function registry.touch();

do $$
declare
    name text;
begin
    foreach name in array array['certification', 'term', 'action'] loop
        execute format('create trigger note_insert after insert on registry.%I referencing new table as new_rows
                        for each statement execute function registry.note_change()', name);
        execute format('create trigger note_update after update on registry.%I referencing old table as old_rows new table as new_rows
                        for each statement execute function registry.note_change()', name);
        execute format('create trigger note_delete after delete on registry.%I referencing old table as old_rows
                        for each statement execute function registry.note_change()', name);
        execute format('create trigger note_truncate after truncate on registry.%I
                        for each statement execute function registry.note_change()', name);
    end loop;
end $$;

revoke all on function registry.note_change(), registry.touch() from public;
