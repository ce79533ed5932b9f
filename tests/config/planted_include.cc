// Reaches into the reactor: layering_check must refuse it.
#include "weir/reactor/conn/connection.h"
