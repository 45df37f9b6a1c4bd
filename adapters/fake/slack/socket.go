package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many an app may have open.
const maxSockets = 10

// maxAck is the size from which on the payload of an acknowledgement is dropped.
const maxAck = 20 << 10

// socket is one open connection of Socket Mode.
type socket struct {
	name      string
	ws        *websocket.Conn
	out       chan []byte
	closed    chan struct{}
	closeOnce sync.Once
}

// write sends a text, unless the connection is gone.
func (c *socket) write(text []byte) {
	select {
	case c.out <- text:
	case <-c.closed:
	}
}

// drop ends the connection without a word.
func (c *socket) drop() {
	c.closeOnce.Do(func() { close(c.closed) })
	_ = c.ws.Close()
}

// serveSocket opens a socket for who has a ticket of apps.connections.open.
func (s *Slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !ok {
		http.Error(w, "the ticket is not known, or was used", http.StatusNotFound)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	c := &socket{ws: ws, out: make(chan []byte, 10_000), closed: make(chan struct{})}
	s.mu.Lock()
	s.lastID++
	c.name = fmt.Sprintf("socket %d", s.lastID)
	switch {
	case !s.App.Socket:
		s.disconnect(c, "link_disabled")
	case len(s.sockets) >= maxSockets:
		s.disconnect(c, "too_many_websockets")
	default:
		hello, _ := json.Marshal(object{
			"type": "hello", "num_connections": len(s.sockets) + 1, "connection_info": object{"app_id": AppID},
			"debug_info": object{"host": "fake", "build_number": 1, "approximate_connection_time": 18060},
		})
		c.write(hello)
		s.sockets = append(s.sockets, c)
	}
	s.mu.Changed()
	alive := s.ctx.Err() == nil
	if alive {
		s.work.Go(func() { s.writeLoop(c) })
		s.work.Add(1) // this goroutine, which net/http waits for no longer
		defer s.work.Done()
	}
	s.mu.Unlock()
	if !alive {
		c.drop()
	}
	s.readAcks(c)
}

// writeLoop writes what is to be sent, and pings.
func (s *Slack) writeLoop(c *socket) {
	ping := time.NewTicker(s.Ping)
	defer ping.Stop()
	beat := func() error {
		return c.ws.WriteControl(websocket.PingMessage, []byte("Ping from "+c.name), time.Now().Add(ackTime))
	}
	err := beat()
	for err == nil {
		select {
		case text := <-c.out:
			if text == nil {
				_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(ackTime))
				c.drop()
				return
			}
			err = c.ws.WriteMessage(websocket.TextMessage, text)
		case <-ping.C:
			err = beat()
		case <-c.closed:
			return
		case <-s.ctx.Done():
			err = s.ctx.Err()
		}
	}
	c.drop()
}

// readAcks takes acknowledgements until the socket ends.
func (s *Slack) readAcks(c *socket) {
	for {
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		_, text, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		if json.Unmarshal(text, &ack) != nil || len(ack.Payload) >= maxAck {
			continue
		}
		s.mu.Lock()
		if p := s.unacknowledged[ack.ID]; p != nil && p.socket == c { // what another socket says of it does not count
			delete(s.unacknowledged, ack.ID)
			p.acked <- ack.Payload
		}
		s.mu.Unlock()
	}
	c.drop()
	defer s.mu.Changing()()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == c })
	for id, p := range s.unacknowledged {
		if p.socket == c {
			delete(s.unacknowledged, id)
			close(p.acked)
		}
	}
}

// Sockets is how many connections are open.
func (s *Slack) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// disconnect tells a client to leave. After a warning the socket stays open; after
// another reason it is closed. The lock is held.
func (s *Slack) disconnect(c *socket, reason string) {
	text, _ := json.Marshal(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "fake"}})
	c.write(text)
	if reason != "warning" {
		c.write(nil)
	}
}

// Disconnect tells the client of the oldest socket that it will have to leave
// ("warning"), or that it has to ("refresh_requested", "link_disabled"), which closes
// it. It reports whether there was one.
func (s *Slack) Disconnect(reason string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) == 0 {
		return false
	}
	s.disconnect(s.sockets[0], reason)
	return true
}

// Drop cuts all sockets without a word, as a broken network does.
func (s *Slack) Drop() {
	s.mu.Lock()
	sockets := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, c := range sockets {
		c.drop()
	}
}
