package discord

import "slices"

// Connected is how many clients are there, identified or resumed.
func (d *Discord) Connected() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, s := range d.sessions {
		if s.conn != nil && !s.conn.silenced.Load() {
			n++
		}
	}
	return n
}

// Identified is how many times a client asked for a new session.
func (d *Discord) Identified() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.identified
}

// Resumed is how many times a client went on with its session.
func (d *Discord) Resumed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.resumed
}

// Heartbeats is how many the clients sent that are there.
func (d *Discord) Heartbeats() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, l := range d.conns {
		n += l.beats
	}
	return n
}

// eachConn does something to every connection.
func (d *Discord) eachConn(do func(l *gatewayConn)) {
	defer d.mu.Changing()()
	for _, l := range d.conns {
		do(l)
	}
}

// Drop cuts all connections without a word, as a broken network does. Sessions can be
// resumed.
func (d *Discord) Drop() {
	d.mu.Lock()
	links := slices.Clone(d.conns)
	d.mu.Unlock()
	for _, l := range links {
		l.drop()
	}
}

// Mute lets nothing through any more on all connections, which stay open, as when a
// router forgot them. Sessions can be resumed.
func (d *Discord) Mute() {
	d.eachConn(func(l *gatewayConn) {
		l.silenced.Store(true)
		if s := l.session; s != nil && s.conn == l {
			s.conn, s.leftAt = nil, d.Clock.Now()
		}
	})
}

// Reconnect tells all clients to come back (op 7).
func (d *Discord) Reconnect() {
	d.eachConn(func(l *gatewayConn) { l.send(object{"op": opReconnect, "t": nil, "s": nil, "d": nil}) })
}

// FirstReconnect makes op 7 the first that the next client hears after IDENTIFY or
// RESUME.
func (d *Discord) FirstReconnect() {
	defer d.mu.Changing()()
	d.reconnectFirst = true
}

// Invalidate tells all clients that their session is invalid (op 9); a resumable one
// can be resumed nevertheless, by a new connection.
func (d *Discord) Invalidate(resumable bool) {
	d.eachConn(func(l *gatewayConn) {
		s := l.session
		if s == nil {
			return
		}
		l.send(object{"op": opInvalid, "t": nil, "s": nil, "d": resumable})
		s.conn, s.leftAt, l.session = nil, d.Clock.Now(), nil
		if !resumable {
			d.removeSession(s)
		}
	})
}

// CloseWith closes all connections with a code. After CloseSequence and CloseTimeout
// sessions cannot be resumed.
func (d *Discord) CloseWith(code int) {
	d.eachConn(func(l *gatewayConn) {
		if s := l.session; s != nil && (code == CloseSequence || code == CloseTimeout) {
			d.removeSession(s)
		}
		l.close(code)
	})
}

// Refuse closes the next clients that identify with these codes, one each.
func (d *Discord) Refuse(codes ...int) {
	defer d.mu.Changing()()
	d.closeCodes = append(d.closeCodes, codes...)
}

// StopAcks leaves heartbeats of the connections that are open now without an answer.
func (d *Discord) StopAcks() { d.eachConn(func(l *gatewayConn) { l.muteAcks = true }) }

// AskHeartbeat asks all clients for a heartbeat at once (op 1).
func (d *Discord) AskHeartbeat() {
	d.eachConn(func(l *gatewayConn) { l.send(object{"op": opHeartbeat, "t": nil, "s": nil, "d": nil}) })
}

// Send sends a text to all clients, as it is: broken JSON, unknown opcodes.
func (d *Discord) Send(text string) { d.eachConn(func(l *gatewayConn) { l.write([]byte(text)) }) }
