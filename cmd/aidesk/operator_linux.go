package main

import (
	"net"
	"syscall"
)

// peerOf is the user at the other end of a socket.
func peerOf(conn net.Conn) (uid int, ok bool) {
	unix, is := conn.(*net.UnixConn)
	if !is {
		return 0, false
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return 0, false
	}
	var cred *syscall.Ucred
	controlErr := raw.Control(func(fd uintptr) {
		cred, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err != nil || controlErr != nil {
		return 0, false
	}
	return int(cred.Uid), true
}
