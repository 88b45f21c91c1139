// Package props is how a candidate is judged: it asks one for draws, bets against
// it by package evidence, and gives a verdict.
//
// There are two doors to one engine. [Judge] returns a [Verdict] on one or several
// problems. [Posterior] is a property for rapid.Check and rapid.MakeFuzz over
// generated problems:
//
//	func TestMySampler(t *testing.T) { rapid.Check(t, props.Posterior(mySampler)) }
//	func FuzzMySampler(f *testing.F) { f.Fuzz(rapid.MakeFuzz(props.Posterior(mySampler))) }
//
// A verdict is a pure function of the candidate, the problems, the options and the
// root seed. A candidate that is right is rejected with probability at most alpha
// (see [Alpha]), whatever was looked at and whenever it was stopped.
//
// Right is a candidate whose draws, in each call, have the law of the posterior given y
// (or one within the tolerance of it, see [Within]) and depend on nothing but y and the
// stream of the call: calls are independent of each other given their y. Within a call draws
// may depend on each other, if the candidate says so; see [spec.Sampler]. A candidate
// that carries something from one call to the next, such as a chain that goes on where it
// stopped or a stock of draws that are handed out again, is not right in this sense,
// even if the draws of every single call are: two calls tell less than they seem to. It is
// judged on that too, by the witness that compares with the call before (see
// [evidence.Memory]), and may be rejected for it. Such a candidate should start anew in every
// call.
package props
