-- What the role that the program reads as may do. It is said again at every installation: a
-- role is no part of a database, and is missing after a restore elsewhere.
revoke all on schema registry from public;
revoke all on all tables in schema registry from public;
revoke all on all tables in schema registry from registry_reader;
grant usage on schema registry to registry_reader;
grant select on registry.public_record, registry.change to registry_reader;
