package slack

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Site is several workspaces with the same app in each, behind one address: what is asked of
// the Web API is asked of the workspace whose token it is, so that another's channels and
// members are not there.
type Site struct {
	URL   string
	Teams []*Slack
	mux   *http.ServeMux
}

// NewSite puts workspaces behind an address. The configurations differ in their Team; their
// URL is set here.
func NewSite(address string, configs ...Config) *Site {
	site := &Site{URL: address, mux: http.NewServeMux()}
	for _, c := range configs {
		c.URL = address + "/t/" + cmp.Or(c.Team.ID, TeamID)
		s := New(c)
		site.Teams = append(site.Teams, s)
		site.mux.Handle("/t/"+s.Team.ID+"/", http.StripPrefix("/t/"+s.Team.ID, s))
	}
	site.mux.HandleFunc("/api/{method}", site.serveAPI)
	site.mux.HandleFunc("GET /oauth/v2/authorize", func(w http.ResponseWriter, r *http.Request) {
		site.team(r.URL.Query().Get("team")).serveAuthorize(w, r)
	})
	return site
}

// Close closes all workspaces.
func (site *Site) Close() {
	for _, s := range site.Teams {
		s.Close()
	}
}

// APIURL is the base of the Web API, with a slash at its end.
func (site *Site) APIURL() string { return site.URL + "/api/" }

// ServeHTTP serves all workspaces.
func (site *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { site.mux.ServeHTTP(w, r) }

// team is the workspace of an id, or the first.
func (site *Site) team(id string) *Slack {
	i := slices.IndexFunc(site.Teams, func(s *Slack) bool { return s.Team.ID == id })
	return site.Teams[max(i, 0)]
}

// readBody reads the body of a request.
func readBody(r *http.Request) ([]byte, error) { return io.ReadAll(io.LimitReader(r.Body, maxBody)) }

// rewind lets a body that was read be read once more.
func rewind(r *http.Request, body []byte) { r.Body = io.NopCloser(bytes.NewReader(body)) }

// serveAPI asks the workspace whose token, code or refresh token a request has.
func (site *Site) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	rewind(r, body)
	a, _ := readArgs(r) // the workspace says what is wrong with them
	rewind(r, body)
	given, _ := tokenOf(r, a)
	to := site.Teams[0]
	for _, s := range site.Teams {
		s.mu.Lock()
		_, coded := s.oauthCodes[a["code"]]
		if given != "" && s.mayBe(given) || coded || a["refresh_token"] != "" && strings.HasPrefix(a["refresh_token"], "xoxe-1-"+s.Team.ID+"-") {
			to = s
		}
		s.mu.Unlock()
	}
	to.ServeHTTP(w, r)
}
