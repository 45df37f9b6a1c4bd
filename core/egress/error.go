package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"unicode"
)

// What callers branch on with [errors.Is]. The errors returned say in one plain
// line what happened; they name host and port, never the rest of a URL.
var (
	ErrRefused  = errors.New("address refused")   // by the guard: nothing was sent there
	ErrTimeout  = errors.New("no answer in time") // the limit of its kind, or the caller's deadline
	ErrTooLarge = errors.New("answer too large")
	ErrNoTLS    = errors.New("no TLS") // the server speaks something else on that port, perhaps plain http
)

// guardError is an error with a text for people and a sentinel for callers.
type guardError struct {
	text string
	is   error // may be nil
}

func (f *guardError) Error() string { return f.text }
func (f *guardError) Unwrap() error { return f.is }

func refuse(format string, args ...any) error {
	return &guardError{text: fmt.Sprintf(format, args...), is: ErrRefused}
}

// describeError turns an error of net/http into one line about the site. The texts of
// net/http are not passed on unless known: they quote URLs and what a server
// wrote, and either may hold a secret.
func describeError(err error, site string) error {
	if f, ok := errors.AsType[*guardError](err); ok {
		return f
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		site = "the proxy of egress.proxy"
	}
	text, is := errorReason(err)
	return &guardError{text: site + " " + text, is: is}
}

// hostOf names the host and port of a URL in a message.
func hostOf(u *url.URL) string { return clip(u.Host) }

// clip keeps a foreign word in a message short and visible.
func clip(word string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, word))
	if len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return string(runes)
}

func errorReason(err error) (string, error) {
	if text, ok := certificate(err); ok {
		return text, nil
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "does not speak TLS on this port", ErrNoTLS
	}
	var errno syscall.Errno
	var network net.Error
	message := err.Error()
	switch {
	case errors.Is(err, context.Canceled):
		return "was not waited for: the request was stopped", context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "did not answer in time", ErrTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "closed the connection before the answer was complete", nil
	case errors.As(err, &errno):
		return "cannot be reached: " + errno.Error(), nil
	case strings.Contains(message, "server response headers exceeded"):
		return fmt.Sprintf("sent a header over %d KiB", headerLimit>>10), ErrTooLarge
	case strings.HasPrefix(message, "net/http: invalid"), strings.HasPrefix(message, "net/http: HTTP/1"):
		return "was not asked: " + strings.TrimPrefix(message, "net/http: "), nil
	case strings.Contains(message, "server closed idle connection"):
		return "closed the connection before the answer was complete", nil
	}
	return "did not answer with HTTP that can be read", nil
}

// certificate explains the failures of TLS.
func certificate(err error) (string, bool) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority):
		return "has a certificate of an unknown authority; a company's own authority goes into egress.ca_file", true
	case errors.As(err, &name):
		return "has a certificate for another name", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "has a certificate that is expired or not yet valid", true
	case errors.As(err, &invalid):
		return "has a certificate that is not valid", true
	case errors.As(err, &alert):
		return "refused the TLS handshake: " + alert.Error(), true
	}
	return "", false
}

// lookupError explains a failed look-up of a name.
func lookupError(host string, err error) error {
	host = clip(host)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return &guardError{text: host + " is a name that does not exist", is: nil}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &guardError{text: host + " could not be looked up in time", is: ErrTimeout}
	}
	if errors.Is(err, context.Canceled) {
		return &guardError{text: host + " was not waited for: the request was stopped", is: context.Canceled}
	}
	return &guardError{text: host + " could not be looked up: the name server gave no answer", is: nil}
}
