package config

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"aidesk/core/model/middleware"
	"aidesk/core/plugin"
)

// Privacy is what is stated of somebody who receives members' words, in the operator's words:
// aidesk privacy report prints it.
type Privacy struct {
	// Region is where the words are worked and kept.
	Region string `yaml:"region"`
	// Contract is on what it rests: a data processing agreement and its date.
	Contract string `yaml:"contract"`
	// Training says whether they are used to train models.
	Training string `yaml:"training"`
	// Note is whatever else is to be known.
	Note string `yaml:"note"`
}

// maxStatement bounds each of these, in bytes.
const maxStatement = 500

func (d *decoder) checkPrivacy(key string, p Privacy) {
	for name, text := range map[string]string{"region": p.Region, "contract": p.Contract, "training": p.Training, "note": p.Note} {
		if len(text) > maxStatement || strings.ContainsFunc(text, unicode.IsControl) {
			d.faultf(key+"."+name, "want one line of at most %d characters", maxStatement)
		}
	}
}

func (d *decoder) checkModelPlaces(key string, m Model) {
	d.checkPrivacy(key+".privacy", m.Privacy)
	for i, channel := range m.Channels {
		if channel != middleware.Direct && !id.MatchString(channel) {
			d.faultf(fmt.Sprintf("%s.channels[%d]", key, i), "want the id of a channel, such as C012AB3CD, or direct")
		}
	}
}

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
		{"conversations", r.Conversations, false},
		{"audit", r.Audit, false},
		{"traces", r.Traces, true},
		{"feedback", r.Feedback, true},
		{"accounts", r.Accounts, true},
		{"grants", r.Grants, false},
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
