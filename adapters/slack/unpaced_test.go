package slack

// Unpaced lets an adapter post as fast as it can.
func Unpaced(a *Adapter) { a.pace.burst = 1 << 20 }
