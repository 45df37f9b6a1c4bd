package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/account"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/openapi/request"
)

// authorization is the header of most credentials.
const authorization = "Authorization"

// way reads one way to authenticate: all its schemes together. A way without places needs
// nothing. The problem says why it cannot be taken.
func (l *logins) way(q openapi.Requirement) (w way, problem string) {
	schemes := slices.Clone(q.Schemes)
	if i := l.tokenScheme(schemes); i > 0 { // the token is the first, wherever it stands
		token := schemes[i]
		schemes = slices.Insert(slices.Delete(schemes, i, i+1), 0, token)
	}
	if l.kind == account.OAuth && l.tokenScheme(schemes) < 0 && slices.ContainsFunc(schemes, func(s openapi.Scheme) bool { return s.Type == "apiKey" || s.Type == "http" }) {
		return way{}, textLoginKeyOnly
	}
	oauth := false // several flows of OAuth are one login
	for i, s := range schemes {
		if s.Type == "oauth2" && oauth {
			continue
		}
		oauth = oauth || s.Type == "oauth2"
		slot, fields, problem := l.place(s, i == 0 && l.tokenScheme(schemes) == 0)
		if problem != "" {
			return way{}, problem
		}
		if slot.Field == "" { // the manifest says that nothing is needed
			continue
		}
		taken := func(other account.Slot) bool {
			return slot.In == other.In && (slot.Name == other.Name || slot.In == "header" && strings.EqualFold(slot.Name, other.Name))
		}
		if slices.ContainsFunc(w.slots, taken) {
			return way{}, fmt.Sprintf(textLoginTwice, markdown.Line(slot.Name, 60))
		}
		w.slots = append(w.slots, slot)
		w.fields = append(w.fields, fields...)
	}
	return w, ""
}

// tokenScheme is which of several schemes takes the access token of an OAuth account; -1
// where the account is no such one, or none does.
func (l *logins) tokenScheme(schemes []openapi.Scheme) int {
	if l.kind != account.OAuth {
		return -1
	}
	if at := slices.IndexFunc(schemes, l.served); at >= 0 || !l.given {
		return at
	}
	for _, fits := range []func(openapi.Scheme) bool{
		func(s openapi.Scheme) bool { return s.Type == "oauth2" || s.Type == "openIdConnect" },
		func(s openapi.Scheme) bool { return s.Type == "http" && s.Scheme != "basic" },
		func(s openapi.Scheme) bool { return s.Type == "" || strings.EqualFold(s.Field, authorization) },
		func(s openapi.Scheme) bool { return s.Type == "apiKey" },
	} {
		if at := slices.IndexFunc(schemes, fits); at >= 0 {
			return at
		}
	}
	return -1
}

// place says where the value for a scheme goes, and what is asked for to have it; token says
// that the value is the access token of an OAuth account.
func (l *logins) place(s openapi.Scheme, token bool) (account.Slot, []account.Field, string) {
	if token {
		slot := account.Slot{Field: account.FieldAccess, In: "header", Name: authorization, Prefix: "Bearer "}
		if s.Type == "apiKey" {
			if problem := keyProblem(s); problem != "" {
				return account.Slot{}, nil, problem
			}
			slot.In, slot.Name = s.In, s.Field
			if s.Prefix != "" || !strings.EqualFold(s.Field, authorization) {
				slot.Prefix = s.Prefix
			}
		}
		return l.prefixed(slot), nil, ""
	}
	switch s.Type {
	case "apiKey":
		if problem := keyProblem(s); problem != "" {
			return account.Slot{}, nil, problem
		}
		return l.key(s, s.In, s.Field, s.Prefix)
	case "http":
		return l.http(s)
	case "oauth2", "openIdConnect":
		if l.given && l.kind != account.OAuth {
			return l.key(s, "header", authorization, "Bearer ")
		}
		return account.Slot{}, nil, l.flowProblem(s)
	case "mutualTLS":
		return account.Slot{}, nil, textLoginTLS
	}
	return l.undeclared(s)
}

// http says where the value for a scheme of HTTP's own goes.
func (l *logins) http(s openapi.Scheme) (account.Slot, []account.Field, string) {
	switch s.Scheme {
	case "basic":
		return l.basic(s)
	case "bearer":
		return l.key(s, "header", authorization, "Bearer ")
	case "":
		return l.undeclared(s)
	case "digest", "hoba", "mutual", "negotiate", "ntlm", "privatetoken", "scram-sha-1", "scram-sha-256", "vapid", "dpop", "gnap", "concealed", "oauth", "hawk", "aws4-hmac-sha256":
		return account.Slot{}, nil, fmt.Sprintf(textLoginHTTP, markdown.Line(s.Scheme, 40))
	}
	word := markdown.Line(s.Scheme, 30)
	if !prefixOK(word) || strings.Contains(word, " ") {
		return account.Slot{}, nil, fmt.Sprintf(textLoginHTTP, word)
	}
	return l.key(s, "header", authorization, strings.ToUpper(word[:1])+word[1:]+" ")
}

// undeclared leaves a scheme that the document does not declare, or not readably, to the
// manifest. Without a manifest, an administrator may give a key for it.
func (l *logins) undeclared(s openapi.Scheme) (account.Slot, []account.Field, string) {
	declared := s.Name != "" && slices.ContainsFunc(l.p.Document.Schemes, func(d openapi.Scheme) bool { return d.Name == s.Name })
	switch {
	case l.p.Manifest.Login.Scheme == "basic":
		return l.basic(openapi.Scheme{})
	case l.given && l.kind != account.OAuth:
		return l.key(openapi.Scheme{}, "header", authorization, "Bearer ")
	case l.kind == account.OAuth:
		return account.Slot{}, nil, textLoginUnclear
	case !l.p.byManifest() && !l.p.Manifest.Made && !declared:
		return account.Slot{}, nil, ""
	}
	return account.Slot{}, nil, textLoginUnclear
}

// key is a place for a single value.
func (l *logins) key(s openapi.Scheme, in, name, prefix string) (account.Slot, []account.Field, string) {
	field := fieldName("key", s.Name)
	slot := l.prefixed(account.Slot{Field: field, In: in, Name: name, Prefix: prefix})
	return slot, []account.Field{{Name: field, Label: s.Name, Hint: s.About, Secret: true}}, ""
}

// basic is the place for a user name and a password.
func (l *logins) basic(s openapi.Scheme) (account.Slot, []account.Field, string) {
	user, password := fieldName("user", s.Name), fieldName("password", s.Name)
	return account.Slot{Field: password, User: user, In: "header", Name: authorization, Prefix: "Basic "}, []account.Field{
		{Name: user, Label: textLoginUser, Hint: s.About},
		{Name: password, Label: textLoginPassword, Hint: textLoginOnlyKeyHint, Secret: true, Optional: true},
	}, ""
}

// prefixed gives a place the prefix that an administrator chose.
func (l *logins) prefixed(slot account.Slot) account.Slot {
	if prefix, ok := l.p.LoginChoice.Prefixes[slot.Field]; ok {
		slot.Prefix = prefix
	}
	return slot
}

// flowProblem is why nobody can log in by a scheme of OAuth or OpenID Connect.
func (l *logins) flowProblem(s openapi.Scheme) string {
	if s.Type == "openIdConnect" {
		return textLoginOpenID
	}
	switch s.Flow {
	case openapi.FlowImplicit:
		return textLoginImplicit
	case openapi.FlowPassword:
		return textLoginPasswordFlow
	case openapi.FlowClientCredentials:
		return textLoginProgram
	}
	switch {
	case l.providers[flowOf(s)] == nil:
		return textLoginNoPage
	case l.kind == account.OAuth:
		return textLoginOtherPage
	}
	return textLoginOther
}

// maxFieldName is the longest name of a scheme in the name of a field, in bytes.
const maxFieldName = 60

// fieldName names a field after the scheme that it is for, so that a credential never goes to
// the place of another one.
func fieldName(what, scheme string) string {
	if scheme == "" {
		return what
	}
	if len(scheme) > maxFieldName || strings.ContainsFunc(scheme, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' || r == '%' }) {
		sum := sha256.Sum256([]byte(scheme))
		scheme = "#" + hex.EncodeToString(sum[:8])
	}
	return what + ":" + scheme
}

// labelFields gives the only key its plain name, and several the names of their schemes.
func labelFields(fields []account.Field) {
	keys := 0
	for _, f := range fields {
		if strings.HasPrefix(f.Name, "key") {
			keys++
		}
	}
	for i, f := range fields {
		if !strings.HasPrefix(f.Name, "key") {
			continue
		}
		if fields[i].Label = markdown.Line(f.Label, 40); keys == 1 || fields[i].Label == "" {
			fields[i].Label = textLoginKey
		}
	}
}

// keyProblem is why a key cannot go where a document wants it: a header or parameter that
// decides where the request goes, or how it is read, is not for a credential.
func keyProblem(s openapi.Scheme) string {
	carries := strings.EqualFold(s.Field, authorization) || strings.EqualFold(s.Field, "Cookie")
	if s.Field == "" || s.In == "header" && !carries && request.SetBySender(s.Field) || request.Overrides(s.Field) {
		return fmt.Sprintf(textLoginPlace, markdown.Line(s.Field, 60))
	}
	return ""
}

// maxPrefix is how long a prefix may be, in bytes.
const maxPrefix = 40

// prefixOK reports whether a text can precede a value in a header.
func prefixOK(prefix string) bool {
	return len(prefix) <= maxPrefix && !strings.ContainsFunc(prefix, func(r rune) bool { return r < ' ' || r > '~' })
}
