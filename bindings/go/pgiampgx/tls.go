package pgiampgx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgiam.org/pgiam"
)

// modeOf is libpq's word for what pgx has made of it.
func modeOf(config *pgx.ConnConfig) string {
	withTLS, without := false, config.TLSConfig == nil
	for _, other := range config.Fallbacks {
		if isOf(config, other) {
			withTLS = withTLS || other.TLSConfig != nil
			without = without || other.TLSConfig == nil
		}
	}
	set := config.TLSConfig
	switch {
	case set == nil && withTLS:
		return "allow"
	case set == nil:
		return "disable"
	case without:
		return "prefer"
	case !set.InsecureSkipVerify:
		return "verify-full"
	case set.VerifyPeerCertificate != nil || set.VerifyConnection != nil:
		return "verify-ca"
	}
	return "require"
}

var (
	modeWord = regexp.MustCompile(`\bsslmode\s*=`)
	rootWord = regexp.MustCompile(`\bsslrootcert\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&']+))`)
)

// saidOfTLS: whether anybody said an sslmode, and the file of the CA; pgx keeps neither.
func saidOfTLS(config *pgx.ConnConfig) (mode bool, root string) {
	text := config.ConnString()
	mode = os.Getenv("PGSSLMODE") != "" || modeWord.MatchString(text)
	root = os.Getenv("PGSSLROOTCERT")
	if found := rootWord.FindStringSubmatch(text); found != nil {
		root = found[1] + found[2]
		if unescaped, err := url.QueryUnescape(root); err == nil && strings.Contains(text, "://") {
			root = unescaped
		}
	}
	return mode, root
}

// canApply: a TLS configuration that the program made, of certificates or with a check of its own, stays as it is.
func canApply(config *pgx.ConnConfig) string {
	mode, root := saidOfTLS(config)
	set := config.TLSConfig
	if set != nil && (root == "" && set.RootCAs != nil || hasOwnCheck(set, mode)) {
		return "password,host,hostaddr,port"
	}
	return "password,host,hostaddr,port,sslmode,sslrootcert"
}

// hasOwnCheck: pgx itself makes a VerifyPeerCertificate, of an sslmode that was said, and nothing else.
func hasOwnCheck(set *tls.Config, modeWasSaid bool) bool {
	ofPgx := set.InsecureSkipVerify && modeWasSaid
	return set.VerifyConnection != nil || set.VerifyPeerCertificate != nil && !ofPgx
}

// apply sets the library's keywords. Nothing goes without TLS any more, unless pgiam's user took the risk.
func apply(config *pgx.ConnConfig, params pgiam.Params) error {
	before, _ := saidOfTLS(config)
	mode, old := modeOf(config), config.Host
	config.Password = params["password"]
	if host := params["host"]; host != "" {
		config.Host = strings.Split(host, ",")[0] // as often as there are addresses
	}
	if port, err := strconv.ParseUint(strings.Split(params["port"], ",")[0], 10, 16); err == nil {
		config.Port = uint16(port)
	}
	if addresses := params["hostaddr"]; addresses != "" {
		config.LookupFunc = func(context.Context, string) ([]string, error) { return strings.Split(addresses, ","), nil }
	}
	if params["sslmode"] != "" || params["sslrootcert"] != "" {
		if params["sslmode"] != "" {
			mode = params["sslmode"]
		}
		made, err := configFor(mode, config.Host, params["sslrootcert"], config.TLSConfig)
		if err != nil {
			return err
		}
		config.TLSConfig = made
	} else if config.TLSConfig != nil && config.TLSConfig.ServerName == old && config.Host != old {
		config.TLSConfig = config.TLSConfig.Clone()
		config.TLSConfig.ServerName = config.Host
	}
	config.Fallbacks = nil
	if !before && config.TLSConfig == nil && mode != "disable" {
		return &pgiam.Error{Status: "INSECURE", Message: "pgx has no TLS for this connection", Hint: "set sslmode=require"}
	}
	return nil
}

// configFor is TLS as libpq's sslmode has it, with what else the user's own configuration says.
func configFor(mode, host, root string, own *tls.Config) (*tls.Config, error) {
	if mode == "disable" {
		return nil, nil
	}
	made := &tls.Config{MinVersion: tls.VersionTLS12}
	if own != nil {
		made = own.Clone()
		made.InsecureSkipVerify, made.VerifyPeerCertificate, made.VerifyConnection = false, nil, nil
	}
	made.ServerName = host
	if root != "" && root != "system" {
		text, err := os.ReadFile(root)
		if err != nil {
			return nil, fmt.Errorf("sslrootcert: %w", err)
		}
		made.RootCAs = x509.NewCertPool()
		if !made.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("sslrootcert: %s has no certificate", root)
		}
	}
	switch mode {
	case "verify-full":
	case "verify-ca":
		made.InsecureSkipVerify = true
		made.VerifyConnection = func(state tls.ConnectionState) error { return verifyChain(made.RootCAs, state) }
	default:
		made.InsecureSkipVerify = true
	}
	return made, nil
}

func verifyChain(roots *x509.CertPool, state tls.ConnectionState) error {
	options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, certificate := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}

// again is the same host once more, for a token that is made anew.
func again(config *pgx.ConnConfig) *pgconn.FallbackConfig {
	return &pgconn.FallbackConfig{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}
}
