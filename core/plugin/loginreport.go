package plugin

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/account"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// ReportLogin is what a plugin wants before it answers, and what an administrator must do.
type ReportLogin struct {
	Kind         string        `json:"kind"` // "none", "service_key", "user_key", "oauth"
	Fields       []ReportField `json:"fields,omitempty"`
	AuthorizeURL string        `json:"authorize_url,omitempty"`
	TokenURL     string        `json:"token_url,omitempty"`
	TokenRequest string        `json:"token_request,omitempty"` // "json" or "form"
	Scope        string        `json:"scope,omitempty"`
	LoginHosts   []string      `json:"login_hosts,omitempty"` // that an administrator allows
	Hosts        []string      `json:"hosts"`                 // that the credential may go to
	Says         string        `json:"says"`                  // the same in words
}

// ReportField is one value that somebody gives.
type ReportField struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Secret bool   `json:"secret"`
}

// ReportNeed is what calls of one operation need.
type ReportNeed struct {
	Ways    [][]account.Slot `json:"ways,omitempty"`    // one of them; of each, all places
	Free    bool             `json:"free"`              // it may go without
	Problem string           `json:"problem,omitempty"` // why it cannot be called
}

// maxLoginNames is how many operations or hosts are named in one sentence; the rest are counted.
const maxLoginNames = 5

func (l *logins) reportNeed(o *openapi.Operation) *ReportNeed {
	n := l.need(o)
	if len(n.ways) == 0 && n.free {
		return nil
	}
	return &ReportNeed{Ways: n.slots(), Free: n.free, Problem: n.problem}
}

// tally counts what the operations need.
type tally struct {
	all, need, optional int
	arguments           []string            // names of credentials that are ordinary arguments
	askers              int                 // operations with such arguments
	problems            []string            // in the document's order
	stuck               map[string][]string // operations by problem
	unprefixed          bool                // a key goes into Authorization, and nothing says what precedes it
}

func (l *logins) tally() tally {
	t := tally{stuck: map[string][]string{}}
	for _, o := range l.p.Callable() {
		t.all++
		n := l.need(o)
		switch {
		case n.problem != "":
			if !slices.Contains(t.problems, n.problem) {
				t.problems = append(t.problems, n.problem)
			}
			t.stuck[n.problem] = append(t.stuck[n.problem], markdown.Line(o.ID, 60))
		case len(n.ways) > 0 && n.free:
			t.optional++
		case len(n.ways) > 0:
			t.need++
		}
		for _, w := range n.ways {
			t.unprefixed = t.unprefixed || slices.ContainsFunc(w.slots, l.prefixMissing)
		}
		if names := o.SecretArguments(); len(names) > 0 {
			t.askers++
			for _, name := range names {
				if name = markdown.Line(name, 40); !slices.Contains(t.arguments, name) {
					t.arguments = append(t.arguments, name)
				}
			}
		}
	}
	return t
}

// prefixMissing reports whether a key goes into the header Authorization and nobody has said
// what precedes it there.
func (l *logins) prefixMissing(s account.Slot) bool {
	_, chosen := l.p.LoginChoice.Prefixes[s.Field]
	return s.In == "header" && strings.EqualFold(s.Name, authorization) && s.Prefix == "" && !chosen
}

// report says what login the plugin needs in one paragraph, and which operations cannot work.
func (l *logins) report() (*ReportLogin, []openapi.Note) {
	t, login := l.tally(), l.login()
	if login.Kind == account.None && len(t.problems) == 0 && t.askers == 0 {
		return nil, nil
	}
	r := &ReportLogin{Kind: string(login.Kind), LoginHosts: l.p.LoginHosts(), Hosts: append([]string{}, l.p.Hosts()...)}
	if login.Kind == account.None {
		r.Kind = "none"
	}
	for _, f := range login.Fields {
		r.Fields = append(r.Fields, ReportField{f.Name, f.Label, f.Secret})
	}
	if p := login.Provider; p != nil {
		r.AuthorizeURL, r.TokenURL, r.Scope, r.TokenRequest = p.AuthorizeURL, p.TokenURL, p.Scope, "form"
		if p.JSON {
			r.TokenRequest = "json"
		}
	}
	var notes []openapi.Note
	where := "security"
	if l.p.byManifest() {
		where = "auth"
	}
	if r.Says = l.paragraph(t, login); r.Says != "" {
		level := levelInfo
		if t.unprefixed || len(l.p.LoginHostsToAllow()) > 0 {
			level = levelWarn
		}
		notes = append(notes, openapi.Note{Level: level, Code: "login", Message: r.Says, Where: where})
	}
	for _, problem := range t.problems {
		which := textReportAll
		if stuck := t.stuck[problem]; len(stuck) < t.all {
			which = fmt.Sprintf(textReportThese, some(stuck))
		}
		notes = append(notes, openapi.Note{Level: levelWarn, Code: "login-impossible", Message: which + ": " + problem, Where: where})
	}
	return r, notes
}

// paragraph is the paragraph about the plugin's login.
func (l *logins) paragraph(t tally, login account.Login) string {
	var all []string
	say := func(format string, values ...any) { all = append(all, fmt.Sprintf(format, values...)) }
	whose := textReportNeedAll
	switch {
	case t.need == 0:
		whose = textReportNeedNone
	case t.need < t.all:
		whose = fmt.Sprintf(textReportNeedSome, t.need, t.all)
	}
	switch login.Kind {
	case account.None:
	case account.ServiceKey:
		say(textReportService, whose, labels(login.Fields), some(l.p.Hosts()))
	case account.UserKey:
		say(textReportUser, whose, labels(login.Fields), some(l.p.Hosts()))
	case account.OAuth:
		say(textReportOAuth, whose, hostOf(login.Provider.AuthorizeURL))
		if len(login.Fields) > 0 {
			say(textReportFields, labels(login.Fields))
		}
		if n := len(strings.FieldsFunc(login.Provider.Scope, func(r rune) bool { return r == ' ' || r == ',' })); n > maxLoginNames {
			say(textReportScopes, n)
		}
		if foreign := l.p.LoginHostsToAllow(); len(foreign) > 0 {
			say(textReportForeign, some(foreign))
		}
	}
	if t.unprefixed {
		say(textReportPrefix)
	}
	if t.askers > 0 {
		say(textReportArguments, t.askers, t.all, some(t.arguments))
	}
	return strings.Join(all, " ")
}

// labels are what is asked for, in a sentence.
func labels(fields []account.Field) string {
	var names []string
	for _, f := range fields {
		name := f.Label
		if name == textLoginKey || name == textLoginUser || name == textLoginPassword {
			name = strings.ToLower(name[:1]) + name[1:]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return some(names)
}

// some names a few things and counts the rest.
func some(names []string) string {
	text := strings.Join(names[:min(len(names), maxLoginNames)], ", ")
	if more := len(names) - maxLoginNames; more > 0 {
		text += fmt.Sprintf(textForMore, more)
	}
	return text
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostPort(u)
}
