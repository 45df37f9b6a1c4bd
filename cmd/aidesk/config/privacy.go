package config

import "aidesk/core/plugin"

func (d *decoder) checkFirstUse(key, value string) {
	if value != "" && value != plugin.FirstUseAsk && value != plugin.FirstUseTrust {
		d.faultf(key, "want ask (each member is asked once) or trust (you answer for the plugin)")
	}
}
