package slack

import (
	"net/http"

	"github.com/gorilla/websocket"

	"aidesk/adapters/session"
)

// dialer opens sockets by the way that the client goes: through the same proxy and with
// the same certificate authorities.
func dialer(c *http.Client) *websocket.Dialer {
	d := &websocket.Dialer{HandshakeTimeout: session.CallTimeout}
	if t, ok := c.Transport.(*http.Transport); ok {
		d.Proxy, d.NetDialContext = t.Proxy, t.DialContext
		if t.TLSClientConfig != nil {
			d.TLSClientConfig = t.TLSClientConfig.Clone()
			d.TLSClientConfig.NextProtos = []string{"http/1.1"} // a socket begins with it
		}
	}
	return d
}
