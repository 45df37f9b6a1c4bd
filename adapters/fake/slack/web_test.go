package slack_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// monday is when tests happen.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// client is a Web API client with the bot's token.
func client(s *fakeslack.Slack) *slack.Client {
	return slack.New(fakeslack.BotToken, slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(fakeslack.AppToken))
}

// refused checks the word with which a call was refused.
func refused(t *testing.T, err error, word string) {
	t.Helper()
	if err == nil || err.Error() != word {
		t.Errorf("got %v; want %s", err, word)
	}
}

// update changes what a message in General says.
func update(t *testing.T, s *fakeslack.Slack, ts, text string) error {
	t.Helper()
	_, _, _, err := client(s).UpdateMessageContext(t.Context(), fakeslack.General, ts, slack.MsgOptionText(text, false)) //nolint:dogsled // of another's signature
	return err
}

// TestPost: a message is posted, changed and deleted; its versions are kept.
func TestPost(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	block := slack.NewSectionBlock(slack.NewTextBlockObject("plain_text", "hello", false, false), nil, nil)
	channel, ts, err := api.PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionText("hello", false), slack.MsgOptionBlocks(block))
	if err != nil || channel != fakeslack.General {
		t.Fatal(channel, err)
	}
	if _, _, _, err := api.UpdateMessageContext(t.Context(), channel, ts, slack.MsgOptionText("bye", false)); err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(channel, ts)
	if m.Text != "bye" || m.Blocks != nil || len(m.Versions) != 2 || !strings.Contains(string(m.Versions[0].Blocks), `"block_id"`) || m.User != fakeslack.BotUser || !m.Edited {
		t.Errorf("the message is %+v", m)
	}
	if _, _, err := api.DeleteMessageContext(t.Context(), channel, ts); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err = api.UpdateMessageContext(t.Context(), channel, ts, slack.MsgOptionText("x", false)); err == nil {
		t.Error("a deleted message was changed")
	}
	refused(t, err, "message_not_found")
	if got := len(s.From(fakeslack.General)); got != 0 {
		t.Errorf("%d messages stand there", got)
	}
	if got := s.Requests("chat.update"); len(got) != 2 || got[1].Error != "message_not_found" || got[0].Args["text"] != "bye" {
		t.Errorf("recorded %+v", got)
	}
}

// TestPlaces: where the app may write, and with what words it is refused.
func TestPlaces(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	s.SetChannel(fakeslack.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{fakeslack.Ada}})
	theirs, err := s.Post(fakeslack.Ada, fakeslack.General, "mine", "")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.Post(fakeslack.Ada, fakeslack.General, "more", theirs)
	if err != nil {
		t.Fatal(err)
	}
	api := client(s)
	said := slack.MsgOptionText("x", false)
	for _, test := range []struct {
		channel, want string
		options       []slack.MsgOption
	}{
		{fakeslack.General, "", []slack.MsgOption{said}},
		{"#general", "", []slack.MsgOption{said}},
		{fakeslack.Closed, "", []slack.MsgOption{said}},
		{fakeslack.Ben, "", []slack.MsgOption{said}},
		{fakeslack.Del, "channel_not_found", []slack.MsgOption{said}},
		{fakeslack.Quiet, "not_in_channel", []slack.MsgOption{said}},
		{"C0SECRET", "channel_not_found", []slack.MsgOption{said}},
		{"C0NOWHERE", "channel_not_found", []slack.MsgOption{said}},
		{fakeslack.Old, "is_archived", []slack.MsgOption{said}},
		{fakeslack.General, "no_text", nil},
		{fakeslack.General, "msg_too_long", []slack.MsgOption{slack.MsgOptionText(strings.Repeat("x", 40_001), false)}},
		{fakeslack.General, "", []slack.MsgOption{said, slack.MsgOptionTS(theirs)}},
		{fakeslack.General, "invalid_thread_ts", []slack.MsgOption{said, slack.MsgOptionTS(reply)}},
		{fakeslack.General, "invalid_thread_ts", []slack.MsgOption{said, slack.MsgOptionTS("1700000000.000001")}},
		{fakeslack.General, "invalid_thread_ts", []slack.MsgOption{said, slack.MsgOptionTS("yesterday")}},
		{fakeslack.General, "markdown_text_conflict", []slack.MsgOption{said, slack.MsgOptionMarkdownText("x")}},
	} {
		_, _, err := api.PostMessageContext(t.Context(), test.channel, test.options...)
		if test.want == "" && err != nil {
			t.Errorf("%s: %v", test.channel, err)
		} else if test.want != "" {
			refused(t, err, test.want)
		}
	}
	refused(t, update(t, s, theirs, "x"), "cant_update_message")
	_, _, err = api.DeleteMessageContext(t.Context(), fakeslack.General, theirs)
	refused(t, err, "cant_delete_message")
	if dm := s.Messages(s.DM(fakeslack.Ben)); len(dm) != 1 || dm[0].Text != "x" {
		t.Errorf("Ben was told %+v", dm)
	}

	// A changed message is shorter, and counted in bytes.
	_, ts, err := api.PostMessageContext(t.Context(), fakeslack.General, said)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		strings.Repeat("x", 4_000): "", strings.Repeat("é", 2_001): "msg_too_long", strings.Repeat("&", 801): "msg_too_long",
		strings.Repeat("&amp;", 800): "", strings.Repeat("<@U1>", 800): "",
	} {
		err := update(t, s, ts, text)
		if want == "" && err != nil {
			t.Errorf("%.8s…: %v", text, err)
		} else if want != "" {
			refused(t, err, want)
		}
	}
}

// TestTokens: who the app is, and what it may do.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	for token, want := range map[string]string{"": "not_authed", "xoxb-other": "invalid_auth", fakeslack.AppToken: "not_allowed_token_type"} {
		_, err := slack.New(token, slack.OptionAPIURL(s.APIURL())).AuthTestContext(t.Context())
		refused(t, err, want)
	}
	who, err := client(s).AuthTestContext(t.Context())
	if err != nil || who.UserID != fakeslack.BotUser || who.BotID != fakeslack.BotID || who.TeamID != fakeslack.TeamID {
		t.Errorf("%+v, %v", who, err)
	}
	_, _, err = slack.New("", slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(fakeslack.BotToken)).StartSocketModeContext(t.Context())
	refused(t, err, "not_allowed_token_type")

	s.SetScopes("chat:write")
	_, err = client(s).GetUserInfoContext(t.Context(), fakeslack.Ada)
	fault, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok || fault.Err != "missing_scope" || fault.Needed != "users:read" || fault.Provided != "chat:write" {
		t.Errorf("got %#v", err)
	}
	_, err = client(s).GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: fakeslack.Closed})
	if fault, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || fault.Needed != "groups:history" {
		t.Errorf("got %#v", err)
	}
	s.Revoke(fakeslack.BotToken, "token_revoked")
	_, err = client(s).AuthTestContext(t.Context())
	refused(t, err, "token_revoked")

	response, err := http.Post(s.APIURL()+"chat.dance", "application/json", strings.NewReader(`{"token":"`+fakeslack.BotToken+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var said struct {
		Error string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil || said.Error != "unknown_method" {
		t.Errorf("%+v, %v", said, err)
	}
}

// TestUsers: members are described as Slack does.
func TestUsers(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	ada, err := api.GetUserInfoContext(t.Context(), fakeslack.Ada)
	if err != nil || !ada.IsAdmin || !ada.IsOwner || ada.TZ != "Europe/Brussels" || ada.TZOffset != 3600 || ada.Profile.DisplayName != "ada" {
		t.Errorf("%+v, %v", ada, err)
	}
	gus, _ := api.GetUserInfoContext(t.Context(), fakeslack.Gus)
	sue, _ := api.GetUserInfoContext(t.Context(), fakeslack.Sue)
	del, _ := api.GetUserInfoContext(t.Context(), fakeslack.Del)
	if !gus.IsRestricted || !sue.IsStranger || sue.TeamID == fakeslack.TeamID || !del.Deleted {
		t.Errorf("%+v\n%+v\n%+v", gus, sue, del)
	}
	_, err = api.GetUserInfoContext(t.Context(), "U0NOBODY")
	refused(t, err, "user_not_found")
	all, err := api.GetUsersContext(t.Context(), slack.GetUsersOptionLimit(2))
	if err != nil || len(all) != 6 {
		t.Errorf("%d users, %v", len(all), err)
	}
}

// TestThread: a thread is read with the messages of others, in pages, with metadata.
func TestThread(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	ts, _ := s.Post(fakeslack.Ada, fakeslack.General, "question", "")
	meta := slack.SlackMetadata{EventType: "reply", EventPayload: map[string]any{"id": "r1"}}
	for range 3 {
		if _, _, err := api.PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionText("answer", false), slack.MsgOptionTS(ts), slack.MsgOptionMetadata(meta)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := api.PostEphemeralContext(t.Context(), fakeslack.General, fakeslack.Ada, slack.MsgOptionText("psst", false), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	var texts []string
	cursor, more := "", true
	for more {
		some, again, next, err := api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{
			ChannelID: fakeslack.General, Timestamp: ts, Limit: 2, Cursor: cursor, IncludeAllMetadata: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range some {
			texts = append(texts, m.Text+" "+m.Metadata.EventType)
		}
		cursor, more = next, again
	}
	if diff := cmp.Diff([]string{"question ", "answer reply", "answer reply", "answer reply"}, texts); diff != "" {
		t.Errorf("the thread (-want +got):\n%s", diff)
	}
	_, err := api.PostEphemeralContext(t.Context(), fakeslack.General, fakeslack.Sue, slack.MsgOptionText("psst", false))
	refused(t, err, "user_not_in_channel")
	page, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: fakeslack.General})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].ReplyCount != 3 {
		t.Errorf("%+v, %v", page, err)
	}
	_, err = api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: fakeslack.Quiet})
	refused(t, err, "not_in_channel")
	address, err := api.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: fakeslack.General, Ts: ts})
	if err != nil || !strings.HasSuffix(address, "/archives/"+fakeslack.General+"/p"+strings.ReplaceAll(ts, ".", "")) {
		t.Errorf("%q, %v", address, err)
	}
}

// TestChannels: what needs scopes that a desk does not have.
func TestChannels(t *testing.T) {
	t.Parallel()
	app := fakeslack.DefaultApp()
	s := start(t, fakeslack.Config{App: app})
	api := client(s)
	info := &slack.GetConversationInfoInput{ChannelID: fakeslack.Shared}
	open := &slack.OpenConversationParameters{Users: []string{fakeslack.Ben}}
	_, err := api.GetConversationInfoContext(t.Context(), info)
	refused(t, err, "missing_scope")
	_, _, _, err = api.OpenConversationContext(t.Context(), open) //nolint:dogsled // of another's signature
	refused(t, err, "missing_scope")
	s.SetScopes(append(app.Scopes, "im:write", "channels:read", "groups:read", "team:read")...)
	ch, err := api.GetConversationInfoContext(t.Context(), info)
	if err != nil || !ch.IsExtShared || ch.IsPrivate || ch.Name != "shared" {
		t.Errorf("%+v, %v", ch, err)
	}
	ch, _, _, err = api.OpenConversationContext(t.Context(), open)
	if err != nil || ch.ID != s.DM(fakeslack.Ben) {
		t.Errorf("%+v, %v", ch, err)
	}
	members, _, err := api.GetUsersInConversationContext(t.Context(), &slack.GetUsersInConversationParameters{ChannelID: fakeslack.Closed})
	if err != nil || !slices.Equal(members, []string{fakeslack.BotUser, fakeslack.Ada}) {
		t.Errorf("%v, %v", members, err)
	}
	list, _, err := api.GetConversationsForUserContext(t.Context(), &slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true})
	if err != nil || len(list) != 3 {
		t.Errorf("%d channels, %v", len(list), err)
	}
	if team, err := api.GetTeamInfoContext(t.Context()); err != nil || team.ID != fakeslack.TeamID {
		t.Errorf("%+v, %v", team, err)
	}
}

// TestStatus: a status goes with the answer, and after two minutes.
func TestStatus(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	s := start(t, fakeslack.Config{Clock: clock})
	api := client(s)
	ts, _ := s.Post(fakeslack.Ada, fakeslack.General, "question", "")
	set := func(text string) {
		t.Helper()
		if err := api.SetAssistantThreadsStatusContext(t.Context(), slack.AssistantThreadsSetStatusParameters{ChannelID: fakeslack.General, ThreadTS: ts, Status: text}); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(want string) {
		t.Helper()
		if got := s.Status(fakeslack.General, ts); got != want {
			t.Errorf("the status is %q; want %q", got, want)
		}
	}
	set("is thinking")
	shows("is thinking")
	clock.Advance(2 * time.Minute)
	shows("")
	set("is writing")
	if _, _, err := api.PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionText("answer", false), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	shows("")
	set("again")
	set("")
	shows("")
	err := api.SetAssistantThreadsStatusContext(t.Context(), slack.AssistantThreadsSetStatusParameters{ChannelID: fakeslack.General, ThreadTS: "1.000001", Status: "x"})
	refused(t, err, "invalid_thread_ts")
	s.SetScopes("users:read")
	err = api.SetAssistantThreadsStatusContext(t.Context(), slack.AssistantThreadsSetStatusParameters{ChannelID: fakeslack.General, ThreadTS: ts, Status: "x"})
	refused(t, err, "missing_scope")
}

// TestFiles: a file is uploaded in three steps and stands in the thread.
func TestFiles(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	ts, _ := s.Post(fakeslack.Ada, fakeslack.General, "question", "")
	api := client(s)
	_, err := api.UploadFileContext(t.Context(), slack.UploadFileParameters{
		Filename: "answer.txt", Title: "Answer", Content: "all of it", FileSize: 9, Channel: fakeslack.General, ThreadTimestamp: ts,
	})
	if err != nil {
		t.Fatal(err)
	}
	m := s.From(fakeslack.General)
	if len(m) != 1 || m[0].Thread != ts || len(m[0].Files) != 1 || string(m[0].Files[0].Content) != "all of it" || m[0].Files[0].Title != "Answer" {
		t.Errorf("%+v", m)
	}
	_, err = api.UploadFileContext(t.Context(), slack.UploadFileParameters{Filename: "a", Content: "all of it", FileSize: 3, Channel: fakeslack.General})
	if err == nil {
		t.Error("a file of another length was taken")
	}
}

// TestReactions are added once.
func TestReactions(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	ts, _ := s.Post(fakeslack.Ada, fakeslack.General, "hello", "")
	api, to := client(s), slack.NewRefToMessage(fakeslack.General, ts)
	if err := api.AddReactionContext(t.Context(), "eyes", to); err != nil {
		t.Fatal(err)
	}
	refused(t, api.AddReactionContext(t.Context(), "eyes", to), "already_reacted")
	refused(t, api.AddReactionContext(t.Context(), "<!here>", to), "invalid_name")
	if m, _ := s.Message(fakeslack.General, ts); len(m.Reactions["eyes"]) != 1 {
		t.Errorf("%+v", m.Reactions)
	}
	if err := api.RemoveReactionContext(t.Context(), "eyes", to); err != nil {
		t.Fatal(err)
	}
	refused(t, api.RemoveReactionContext(t.Context(), "eyes", to), "no_reaction")
}

// TestOAuth: a code is exchanged once.
func TestOAuth(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	exchange := func(id, secret, code string) (*slack.OAuthV2Response, error) {
		return slack.GetOAuthV2ResponseContext(t.Context(), http.DefaultClient, id, secret, code, "https://desk.example/slack/oauth/callback", slack.OAuthOptionAPIURL(s.APIURL()))
	}
	code := s.Code()
	_, err := exchange("1.2", fakeslack.ClientSecret, code)
	refused(t, err, "invalid_client_id")
	_, err = exchange(fakeslack.ClientID, "no", code)
	refused(t, err, "bad_client_secret")
	_, err = exchange(fakeslack.ClientID, fakeslack.ClientSecret, "no")
	refused(t, err, "invalid_code")
	got, err := exchange(fakeslack.ClientID, fakeslack.ClientSecret, code)
	if err != nil || got.AccessToken != fakeslack.BotToken || got.Team.ID != fakeslack.TeamID {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = exchange(fakeslack.ClientID, fakeslack.ClientSecret, code)
	refused(t, err, "code_already_used")
}

// TestRateLimits: who asks too often is told when to come again, and then may.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	s := start(t, fakeslack.Config{Clock: clock, RateLimits: true})
	api := client(s)
	post := func(channel string) error {
		_, _, err := api.PostMessageContext(t.Context(), channel, slack.MsgOptionText("x", false))
		return err
	}
	for range 3 {
		if err := post(fakeslack.General); err != nil {
			t.Fatal(err)
		}
	}
	limited, ok := errors.AsType[*slack.RateLimitedError](post(fakeslack.General))
	if !ok || limited.RetryAfter != time.Second {
		t.Fatalf("got %+v", limited)
	}
	if err := post(fakeslack.Closed); err != nil {
		t.Errorf("another channel: %v", err)
	}
	clock.Advance(limited.RetryAfter)
	if err := post(fakeslack.General); err != nil {
		t.Errorf("after %s: %v", limited.RetryAfter, err)
	}
	if r := s.Requests("chat.postMessage"); r[3].Status != http.StatusTooManyRequests || r[3].Error != "ratelimited" {
		t.Errorf("recorded %+v", r[3])
	}
}

// TestFaults: the fake misbehaves as it was told, once.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	post := func() error {
		_, _, err := api.PostMessageContext(t.Context(), fakeslack.General, slack.MsgOptionText("x", false))
		return err
	}
	s.Fail("chat.postMessage", fakeslack.Fault{Error: "internal_error"})
	s.Fail("chat.postMessage", fakeslack.Fault{Status: http.StatusServiceUnavailable})
	s.Fail("chat.postMessage", fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	s.Fail("chat.postMessage", fakeslack.Fault{Cut: true})
	s.Fail("chat.postMessage", fakeslack.Fault{Cut: true, Done: true})
	refused(t, post(), "internal_error")
	if err, ok := errors.AsType[slack.StatusCodeError](post()); !ok || err.Code != http.StatusServiceUnavailable {
		t.Errorf("got %v", err)
	}
	if err, ok := errors.AsType[*slack.RateLimitedError](post()); !ok || err.RetryAfter != 7*time.Second {
		t.Errorf("got %v", err)
	}
	if post() == nil || len(s.From(fakeslack.General)) != 0 {
		t.Error("the cut request was done, or answered")
	}
	if post() == nil || len(s.From(fakeslack.General)) != 1 {
		t.Error("the cut request was not done, or answered")
	}
	if err := post(); err != nil {
		t.Error(err)
	}
}

// TestMisbehave: any request may be given a fault; one that is lined up comes first.
func TestMisbehave(t *testing.T) {
	t.Parallel()
	var asked []string
	s := start(t, fakeslack.Config{Misbehave: func(method string) *fakeslack.Fault {
		if asked = append(asked, method); len(asked) == 1 {
			return &fakeslack.Fault{Error: "internal_error"}
		}
		return nil
	}})
	s.Fail("auth.test", fakeslack.Fault{Error: "fatal_error"})
	api := client(s)
	for _, want := range []string{"fatal_error", "internal_error"} {
		_, err := api.AuthTestContext(t.Context())
		refused(t, err, want)
	}
	if _, err := api.AuthTestContext(t.Context()); err != nil || !slices.Equal(asked, []string{"auth.test", "auth.test"}) {
		t.Errorf("asked for faults of %q, then %v", asked, err)
	}
}
