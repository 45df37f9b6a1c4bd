package request

import (
	"errors"
	"slices"
	"strings"

	"aidesk/core/openapi/schema"
)

// senderHeaders are header fields that the sender, or a proxy on the way, sets itself.
// Arguments never do.
var senderHeaders = []string{
	"accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "forwarded", "host", "http2-settings",
	"keep-alive", "origin", "proxy", "proxy-authenticate", "proxy-authorization", "proxy-connection", "referer", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
	// Who asked, as proxies tell it.
	"cf-connecting-ip", "client-ip", "cluster-client-ip", "fastly-client-ip", "real-ip", "remote-addr", "remote-ip", "remote-user", "true-client-ip",
	"x-client-ip", "x-cluster-client-ip", "x-host", "x-original-host", "x-originating-ip", "x-real-ip", "x-remote-addr", "x-remote-ip", "x-remote-user", "x-http-host-override",
}

// overrides are names that give a request another method or address than those that were
// approved. Servers and frameworks look for them in header fields, queries and forms.
var overrides = []string{
	"-method", "x-http-method", "x-http-method-override", "x-method-override", "http-method-override", "x-original-method", "x-method",
	"x-original-url", "x-original-uri", "x-rewrite-url", "x-rewrite-uri", "x-override-url", "x-forwarded-uri",
}

// spelled returns a name as servers compare it: in lower case, "_" as "-".
func spelled(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
}

// Overrides reports whether a header field, a parameter or a field of a form has a name by
// which a server may take another method or address than the ones sent.
func Overrides(name string) bool { return slices.Contains(overrides, spelled(name)) }

// SetBySender reports whether a header field is not for arguments to set: it belongs to the
// connection, says who asks, or overrides the method or address.
func SetBySender(name string) bool {
	name = spelled(name)
	return slices.Contains(senderHeaders, name) || slices.Contains(overrides, name) || strings.HasPrefix(name, "x-forwarded") || strings.HasPrefix(name, "proxy-")
}

// Overrides reports whether the operation has an argument, or text in its address, by which
// a server may take another method or address than the ones sent.
func (b *Builder) Overrides() bool {
	for _, pair := range strings.FieldsFunc(b.BaseQuery+"&"+pieceText(b.Query), func(c rune) bool { return c == '&' || c == ';' }) {
		name, _, _ := strings.Cut(pair, "=")
		if Overrides(unescape(name)) {
			return true
		}
	}
	for _, a := range b.Args {
		if a.Param != nil && (Overrides(a.Param.Name) || a.Param.spreads() && slices.ContainsFunc(a.Param.Schema.Names(), Overrides)) {
			return true
		}
		if a.Body != nil && slices.ContainsFunc(a.Body.Schema.Names(), Overrides) {
			return true
		}
	}
	return false
}

// pieceText is the literal text of a template.
func pieceText(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

// spreads reports whether the fields of an object become parameters of their own.
func (p *Param) spreads() bool { return p.In == "query" && p.Style == "form" && p.Explode }

// errOverride is the fault of a field that would override the method or the address.
var errOverride = errors.New("would change the method or the address of the call")

// checkOverride refuses fields that are not declared and would override the method or the
// address: no approval was asked for that.
func checkOverride(s *schema.Schema, v any) error {
	fields, _ := v.(map[string]any)
	for name := range fields {
		if Overrides(name) && !s.Declares(name) {
			return errOverride
		}
	}
	return nil
}
