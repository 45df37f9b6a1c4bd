package slack

import "time"

// payload is the user as Slack sends it.
func (u User) payload(locale bool) object {
	team := TeamID
	if u.Team != "" {
		team = u.Team
	}
	out := object{
		"id": u.ID, "team_id": team, "name": u.Name, "deleted": u.Deleted, "is_bot": u.Bot, "updated": 1_700_000_000,
		"profile": object{
			"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name, "display_name_normalized": u.Name, "team": team,
		},
	}
	if u.Deleted {
		return out
	}
	out["real_name"], out["is_admin"], out["is_owner"], out["is_primary_owner"] = u.RealName, u.Admin, u.Owner, u.Owner
	out["is_restricted"], out["is_ultra_restricted"], out["is_app_user"] = u.Restricted || u.UltraRestricted, u.UltraRestricted, false
	if u.Stranger {
		out["is_stranger"] = true
	}
	if u.TZ != "" {
		out["tz"], out["tz_label"], out["tz_offset"] = u.TZ, u.TZ, zoneOffset(u.TZ)
	}
	if locale && u.Locale != "" {
		out["locale"] = u.Locale
	}
	return out
}

func zoneOffset(zone string) int {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return 0
	}
	_, seconds := time.Unix(1_700_000_000, 0).In(l).Zone()
	return seconds
}

func userInfo(c *call) (object, error) {
	u, ok := c.user(c.args["user"])
	if !ok {
		return nil, refuse("user_not_found")
	}
	return object{"user": u.payload(c.isTrue("include_locale"))}, nil
}

func groupMembers(c *call) (object, error) {
	members, ok := c.groups[c.args["usergroup"]]
	if !ok {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": members}, nil
}

func userList(c *call) (object, error) {
	var all []object
	for _, u := range c.users {
		all = append(all, u.payload(c.isTrue("include_locale")))
	}
	some, next := paginate(all, c.args["cursor"], c.limit("limit", 200, 1000))
	return object{"members": some, "cache_ts": 1_700_000_000, "response_metadata": object{"next_cursor": next}}, nil
}
