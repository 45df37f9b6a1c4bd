package anthropic

import (
	"io"
	"net/http"
	"strings"
)

// capture is a transport that keeps the last request and answers it.
type capture struct {
	request *http.Request
	body    []byte
}

func (c *capture) client() *http.Client { return &http.Client{Transport: c} }

// RoundTrip answers with a short text.
func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.request, c.body = r, body
	answer := `{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"text","text":"ok"}],"stop_reason":"end_turn"}`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}
