package bot

// textCannotCheck is what a member reads whom the platform does not describe just now.
const textCannotCheck = "I cannot check who you are right now, so nothing was done. Please try again in a minute."
