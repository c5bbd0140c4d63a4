-- The role that programs use: it writes into the store, and can neither change its shape nor what was said.
-- It has no password and cannot log in; give it to those who can: GRANT {role} TO ana;
-- To be run by the owner of the schema, again after each upgrade of milestone.
DO $do$ BEGIN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $do$;
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
-- The log only grows.
GRANT INSERT ON {schema}.line, {schema}.event TO {role};
-- There is one head row; it moves and is never made or removed.
GRANT UPDATE ON {schema}.head TO {role};
-- Documents follow from the log and may be written anew.
GRANT INSERT, UPDATE, DELETE ON {schema}.document TO {role};
-- So does what is asked of them without reading them.
GRANT INSERT, DELETE ON {schema}.milestone, {schema}.linked TO {role};
GRANT UPDATE ON {schema}.totals TO {role};
-- Processes say here that they are alive; nothing of it is history.
GRANT INSERT, UPDATE, DELETE ON {schema}.lease TO {role};
