package config

import (
	"time"

	"aidesk/core/plugin"
)

func (d *decoder) checkFirstUse(key, value string) {
	if value != "" && value != plugin.FirstUseAsk && value != plugin.FirstUseTrust {
		d.faultf(key, "want ask (each member is asked once) or trust (you answer for the plugin)")
	}
}

func (d *decoder) checkRetention(r Retention) {
	for _, one := range []struct {
		key      string
		life     time.Duration
		optional bool
	}{
		{"conversations", r.Conversations, false}, {"audit", r.Audit, false}, {"traces", r.Traces, true},
		{"feedback", r.Feedback, true}, {"accounts", r.Accounts, true}, {"grants", r.Grants, false},
	} {
		if one.life < day && (one.life != 0 || !one.optional) {
			d.faultf("retention."+one.key, "want at least 1d")
		}
	}
	for key, life := range map[string]time.Duration{"traces": r.Traces, "feedback": r.Feedback} {
		if life > r.Conversations {
			d.faultf("retention."+key, "want at most retention.conversations: it goes with them")
		}
	}
}
