package main

import (
	"strings"
	"testing"
)

// TestAdmin: an administrator adds a plugin that the program has never heard of, by its
// address; a member enables and uses it; it is denied in the channel, and removed.
func TestAdmin(t *testing.T) {
	t.Parallel()
	plugin := newSlowPlugin(t)
	close(plugin.goOn)
	host := strings.TrimPrefix(plugin.url, "http://")
	p := start(t, "demo", "--data", t.TempDir(), "--allow-host", host)

	p.say("/plugins-admin add " + plugin.url)
	report := p.wait("[1] Add Launcher")
	for _, part := range []string{host, "launch", "POST /launches", "asks first", "ok", "Tokens"} {
		if !strings.Contains(report, part) {
			t.Errorf("the report lacks %q:\n%s", part, report)
		}
	}
	p.say("1")
	p.wait("Enabled for")
	p.say("")
	p.wait("launch  (POST launch")
	p.say("nonsense")
	p.wait("Operations cannot be “nonsense”.")
	p.say("launch")
	p.wait("Mark as reads")
	p.say("")
	p.wait("is added. Members enable it with /plugins enable launcher")

	p.say("launch the thing")
	p.wait("[1] Enable Launcher")
	p.say("/plugins enable launcher")
	p.wait("Launcher is now enabled for you")
	p.say("launch the thing")
	p.wait("Launch the thing with Launcher?")
	p.wait("[1] Approve")
	p.say("1")
	p.wait("Launched the thing. Launcher confirmed it")
	if n := plugin.posts.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}

	p.say("/plugins run launcher.launch")
	p.wait("Launch the thing with Launcher?")
	p.wait("[2] Cancel")
	p.say("2")
	p.wait("Cancelled.")

	p.say("/plugins-admin scope launcher deny")
	p.wait("is now denied in this channel")
	p.say("/plugins enable launcher")
	p.wait("cannot be enabled here")
	p.say("/plugins")
	p.wait("denied here by an administrator")
	p.say("/plugins-admin scope launcher none")
	p.wait("own choice in this channel")
	p.say("/plugins-admin default launcher on")
	p.wait("is now on by default")
	p.say("/plugins-admin remove launcher")
	p.wait("Remove Launcher? Nobody here can use it then")
	p.wait("[1] Remove Launcher")
	p.say("1")
	p.wait("is removed")
	p.say("/plugins info launcher")
	p.wait("There is no plugin “launcher” here")
	p.say("/plugins-admin remove todo")
	p.wait("it comes from the configuration")
	p.say("/plugins-admin add http://127.0.0.1:1")
	p.wait("This plugin cannot be added.")
	p.end()
	if n := plugin.posts.Load(); n != 1 {
		t.Errorf("%d requests at the end, want 1", n)
	}
}
