package second

// What those read who are asked for the second approval, and who they are where no name is known.
const (
	textNeeded       = "You are asked to approve what somebody else wants to do. Nothing is sent before you decide."
	textSomeApprover = "a member whom administrators named"
	textSomeRole     = "somebody with a role that administrators named"
)
