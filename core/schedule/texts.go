package schedule

// What members read of a time that cannot be used.
const (
	textUnread    = "I can't read “%s” as a time. Try “every weekday at 9”, “on the last Friday of the month at 16:30”, “tomorrow at 4pm” or “in 3 hours”." // words
	textLong      = "That is more than I read as a time. Try “every weekday at 9” or “tomorrow at 4pm”."
	textCron      = "I can't read “%s” as the five fields of cron: minute, hour, day of the month, month, day of the week (0 is Sunday). For example: 0 9 * * 1-5" // words
	textOften     = "That is too often: between two runs there must be at least %d minutes."                                                                       // a number
	textNever     = "“%s” never comes within the next five years."                                                                                                 // words
	textPast      = "“%s” is over already. (A day without a time means 9:00.)"                                                                                     // words
	textOtherNth  = "Say “every other %s”, or “on the %s %s of the month”."                                                                                        // a weekday; a word such as second; the weekday
	textQuestion  = "I can't tell where the time ends and the question begins. Put the time into quotation marks: “every weekday at 9”."
	textNoClosing = "The quotation mark before the time has no closing one."
)

// The parts of a reading.
const (
	readOnce      = "Once, on %s"                           // a day and a time
	readEvery     = "Every %s, counted from %s"             // a time that passes; a day and a time
	readHourly    = "Every hour, at minute %d"              // a number
	readAt        = "%s at %s"                              // days; times of day
	readMinutes   = "%s, at minute %s of every hour"        // days; numbers
	readHours     = "%s, at minute %s of the hours %s"      // days; numbers; numbers
	readDay       = "Every day"                             //
	readWeekday   = "Every weekday (Monday to Friday)"      //
	readWeekend   = "Every Saturday and Sunday"             //
	readOn        = "Every %s"                              // weekdays
	readOther     = "Every other %s"                        // a unit or weekday
	readSteps     = "Every %d %ss%s"                        // a number; a unit; " on Monday" or nothing
	readBegins    = "%s, beginning on %s"                   // all of the above; a day
	readYear      = "Every year on %s"                      // a day of the year
	readMonth     = "On the %s of every month"              // "last Friday", "1st and 15th"
	readShort     = " (in a shorter month on its last day)" //
	readDates     = "On the %s of the month"                // "1st and 15th"
	readEither    = "%s and every %s"                       // dates of the month; weekdays
	readMonths    = "%s, in %s"                             // days; months
	readDayFormat = "Monday 2 January 2006"
)
