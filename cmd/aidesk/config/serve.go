package config

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"aidesk/core/secret"
)

func (d *decoder) checkHTTP(h *HTTP) {
	if h.Listen != "" {
		_, port, err := net.SplitHostPort(h.Listen)
		if number, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil || strconv.FormatUint(number, 10) != port {
			d.faultf("http.listen", "want host:port, such as 127.0.0.1:8080")
		}
	}
	if h.PublicURL == "" {
		return
	}
	if !isWeb(h.PublicURL) {
		d.faultf("http.public_url", "want an address such as https://desk.example.com, without user, query or fragment")
	}
	h.PublicURL = strings.TrimRight(h.PublicURL, "/")
}

// checkKeys judges each key by itself, so that each fault has its place.
func (d *decoder) checkKeys(keys []Secret) {
	entries := make([]string, len(keys))
	well := true
	for i, key := range keys {
		entries[i] = key.Reveal()
		if fault := keyFault(entries[i : i+1]); fault != nil {
			d.faultf(fmt.Sprintf("keys[%d]", i), "%s", fault.Text)
			well = false
		}
	}
	if fault := keyFault(entries); well && fault != nil {
		d.faultf(fmt.Sprintf("keys[%d]", fault.At), "%s", fault.Text)
	}
}

func keyFault(entries []string) *secret.Fault {
	_, err := secret.Parse(entries)
	fault, _ := errors.AsType[*secret.Fault](err)
	return fault
}

// id is what platforms call a channel, a role, a member or a group by.
var id = regexp.MustCompile(`^[A-Z0-9]+$`)

func (d *decoder) checkAccess(key string, a Access) {
	for i, channel := range a.Channels {
		if !id.MatchString(channel) {
			d.faultf(fmt.Sprintf("%s.channels[%d]", key, i), "want the channel's id, such as C012AB3CD (it stands at the end of the channel's details), not its name")
		}
	}
	for i, role := range a.Roles {
		if !id.MatchString(role) {
			d.faultf(fmt.Sprintf("%s.roles[%d]", key, i), "want the id of a role, not its name")
		}
	}
}

// slackAdmin is a member of a workspace or of a whole organisation, or a user group.
var slackAdmin = regexp.MustCompile(`^[UWS][A-Z0-9]+$`)

func (d *decoder) checkAdmins(a Admins) {
	for i, admin := range a.Slack {
		if !slackAdmin.MatchString(admin) {
			d.faultf(fmt.Sprintf("policy.admins.slack[%d]", i), "want the id of a member, such as U012AB3CD (in the profile, under Copy member ID), or of a user group, such as S012AB3CD")
		}
	}
}

func (d *decoder) checkDiscordAdmins(a Admins) {
	for i, admin := range a.Discord {
		if !discordMember.MatchString(admin) {
			d.faultf(fmt.Sprintf("policy.admins.discord[%d]", i), "want the id of a member, such as 820000000000000001, or of a role, such as role:830000000000000001")
		}
	}
}

func (d *decoder) checkRetention(r Retention) {
	if r.Conversations < day {
		d.faultf("retention.conversations", "want at least 1d")
	}
	if r.Audit < day {
		d.faultf("retention.audit", "want at least 1d")
	}
}
