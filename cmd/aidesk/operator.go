package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"

	"aidesk/core/audit"
)

// operatorHeader is where a request at the admin socket names who asks.
const operatorHeader = "Aidesk-Operator"

// maxOperator bounds the name of an operator, in bytes.
const maxOperator = 200

// thisOperator is the user as whom this program runs, as the audit names them, with the one
// who took that user's rights.
func thisOperator() string {
	name := operatorName(os.Getuid())
	if by := os.Getenv("SUDO_USER"); by != "" {
		name += ", by sudo from " + by
	}
	return name
}

// operatorName is a user of the machine as the audit names them.
func operatorName(uid int) string {
	name := "unknown"
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		name = u.Username
	}
	return fmt.Sprintf("%s (uid %d)", name, uid)
}

// peerKey is the key of a connection's peer in the context of its requests.
type peerKey struct{}

// withPeer keeps who is at the other end of a connection, where the system says so.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if uid, ok := peerOf(conn); ok {
		ctx = context.WithValue(ctx, peerKey{}, operatorName(uid))
	}
	return ctx
}

// operatorOf is who asks at the admin socket. The user is as the system says; who took that
// user's rights is as they say themselves.
func operatorOf(r *http.Request) audit.Actor {
	said := r.Header.Get(operatorHeader)
	said = said[:min(len(said), maxOperator)]
	if peer, ok := r.Context().Value(peerKey{}).(string); ok {
		if len(said) < len(peer) || said[:len(peer)] != peer {
			said = peer
		}
	}
	return audit.Actor{Kind: audit.Operator, ID: cmp.Or(said, "unknown")}
}
