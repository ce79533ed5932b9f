#include "weir/reactor/loop/reactor.h"
