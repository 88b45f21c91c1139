// Package run asks samplers. A [Call] is one request, an [Answer] what came of it, and both
// have a JSON form, so that a call can be answered here, by another process, or by somebody
// else tomorrow. What answers calls is a [Runner]: a sampler ([InProcess]; one that is a
// program of its own looks like any other), a journal of answers in front of it
// ([Journalled]), or a folder in which calls are left ([Offline]).
//
// An answer is a function of its call, the stream of the sampler included, and a judgement takes
// answers in the order of the calls, however many are under way and whichever ends first. So what
// is concluded from them does not depend on who answered where.
package run
