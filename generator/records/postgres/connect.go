package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	connectTimeout   = 10 * time.Second
	statementTimeout = "2min"
	closeTimeout     = 5 * time.Second
	// aliveWithin is how long a held connection may be silent when it is asked whether it stands.
	aliveWithin = 10 * time.Second
)

// keepAlive has a connection that died without a word found within half a minute, also while a
// long answer is waited for.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 4}

// target is a database and how to reach it.
type target struct{ config *pgconn.Config }

// parseTarget reads a URL. Its error says nothing of what is in the URL, for any part of a
// URL that cannot be read may be the password.
func parseTarget(url string) (*target, error) {
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, errors.New("the database must be given as postgres://user@host:5432/name")
	}
	config, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database's URL cannot be read: expected postgres://user:password@host:5432/name?sslmode=verify-full, " +
			"where characters with a meaning in URLs are written as %XX, and the files that it names can be read")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.DialFunc = (&net.Dialer{KeepAliveConfig: keepAlive}).DialContext
	for name, value := range map[string]string{
		"application_name":  "registry",
		"statement_timeout": statementTimeout,
		// A reader that was stopped in the middle must not hold back the database's clean-up.
		"idle_in_transaction_session_timeout": statementTimeout,
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	// Of a query of this kind, to compile the plan costs more than it saves.
	config.RuntimeParams["jit"] = "off"
	// What is read depends on these.
	config.RuntimeParams["TimeZone"] = "UTC"
	config.RuntimeParams["DateStyle"] = "ISO"
	config.RuntimeParams["client_encoding"] = "UTF8"
	config.RuntimeParams["search_path"] = "pg_catalog"
	return &target{config}, nil
}

// String names the database for messages.
func (t *target) String() string {
	c := t.config
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, fmt.Sprint(c.Port))
	}
	return fmt.Sprintf("database %q of PostgreSQL at %s as %q", c.Database, host, c.User)
}

// conn is a connection and the database it leads to.
type conn struct{ pg *pgconn.PgConn }

func (t *target) connect(ctx context.Context) (*conn, error) { return connect(ctx, t.config) }

func connect(ctx context.Context, config *pgconn.Config) (*conn, error) {
	pg, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errConnect, cause(err))
	}
	return &conn{pg}, nil
}

var errConnect = errors.New("no connection")

// close ends the connection, even after ctx of its use has ended.
func (c *conn) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = c.pg.Close(ctx) // what was read is whole; there is nothing to save
}

// query runs one statement and gives the first value of its first row, "" if there is none.
func (c *conn) query(ctx context.Context, sql string, args ...string) (string, error) {
	rows, err := c.rows(ctx, sql, args...)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0][0], nil
}

// rows runs one statement and gives its rows as text, null as "".
func (c *conn) rows(ctx context.Context, sql string, args ...string) ([][]string, error) {
	var values [][]byte
	for _, arg := range args {
		values = append(values, []byte(arg))
	}
	return collect(c.pg.ExecParams(ctx, sql, values, nil, nil, nil))
}

func collect(result *pgconn.ResultReader) ([][]string, error) {
	var rows [][]string
	for result.NextRow() {
		var row []string
		for _, value := range result.Values() {
			row = append(row, string(value))
		}
		rows = append(rows, row)
	}
	_, err := result.Close()
	return rows, err
}

// cause is the reason in an error of connecting. The error itself is dropped, because it
// carries the configuration, and with it the password.
func cause(err error) error {
	var (
		server    *pgconn.PgError
		network   *net.OpError
		name      *net.DNSError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &server):
		return server
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case pgconn.Timeout(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &name):
		return name
	case errors.As(err, &authority):
		return authority
	case errors.As(err, &host):
		return host
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &network):
		return network
	case strings.Contains(err.Error(), "server refused TLS connection"): // an error of pgconn that has no type
		return errors.New("the server speaks no TLS, which sslmode in the URL asks for")
	}
	return errors.New("the server does not accept the connection, or is no PostgreSQL")
}

// Explanations of the errors that have one, by SQLSTATE (PostgreSQL, appendix A) or its class.
var explanations = map[string]string{
	"28P01": "the password is not accepted; check it in the URL or the password file",
	"28":    "the server does not let this user in; check the user's name, the password and the server's pg_hba.conf",
	"3D000": "there is no such database; check the name in the URL",
	"42P01": "the database lacks what the contract asks for; run registry db install, or create the view registry.public_record in it",
	"3F000": "the database lacks the schema registry; run registry db install, or create the view registry.public_record in it",
	"42703": "a column of the contract is missing in the view registry.public_record; add it",
	"42501": "the user lacks a right; as the owner run registry db install, then GRANT registry_reader TO the user",
	"53300": "the server has too many connections; try again, or raise its max_connections",
	"57P01": "the server was stopped; try again",
	"57P02": "the server was stopped; try again",
	"57P03": "the server is starting or stopping; try again",
	"40":    "the read was in the way of other work of the server; try again",
	"55P03": "something else holds a lock; try again",
}

// explain adds to an error what it means here and what to do.
func explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("stopped: %w", ctx.Err())
	}
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		switch {
		case errors.Is(err, errConnect) && errors.Is(err, context.DeadlineExceeded):
			return fmt.Errorf("%w: the server does not answer; check that it runs and that nothing between blocks the port, or set connect_timeout in the URL", err)
		case errors.Is(err, errConnect):
			return fmt.Errorf("%w; check that the server runs, and the host and port in the URL", err)
		case pgconn.SafeToRetry(err), isNetwork(err):
			return fmt.Errorf("the connection was lost: %w; try again", cause(err))
		}
		return err
	}
	if server.Code == "57014" { // query_canceled, and not by us
		return fmt.Errorf("it took longer than statement_timeout allows: %w; find out what holds the database up, or set statement_timeout in the URL", brief(server))
	}
	advice, ok := explanations[server.Code]
	if !ok && len(server.Code) == 5 {
		advice, ok = explanations[server.Code[:2]]
	}
	if !ok {
		return brief(server)
	}
	return fmt.Errorf("%w: %s", brief(server), advice)
}

func isNetwork(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) || pgconn.Timeout(err)
}

// serverError shows the message of a server's error without its detail, which may quote a row.
type serverError struct{ *pgconn.PgError }

func brief(err *pgconn.PgError) error { return serverError{err} }

func (e serverError) Error() string { return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code) }
func (e serverError) Unwrap() error { return e.PgError }
