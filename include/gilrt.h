/* SPDX-License-Identifier: MIT */
/** @file
 *  The header that programs and extension modules include: all of libgilrt but <gilrt/typeobject.h>, which only ports of
 *  static types need.
 */
#ifndef GILRT_H
#define GILRT_H

#include "gilrt/base.h"
#include "gilrt/version.h"
#include "gilrt/config.h"
#include "gilrt/mem.h"

#include "gilrt/dump.h"
#include "gilrt/guard.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/lock.h"
#include "gilrt/mutex.h"
#include "gilrt/pending.h"
#include "gilrt/print.h"
#include "gilrt/signal.h"
#include "gilrt/state.h"
#include "gilrt/sync.h"
#include "gilrt/thread.h"
#include "gilrt/unblock.h"

#include "gilrt/object.h"
#include "gilrt/slot.h"
#include "gilrt/type.h"
#include "gilrt/error.h"
#include "gilrt/warnings.h"
#include "gilrt/gc.h"
#include "gilrt/weakref.h"

#include "gilrt/buffer.h"
#include "gilrt/call.h"
#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"

#include "gilrt/bool.h"
#include "gilrt/bytearray.h"
#include "gilrt/bytes.h"
#include "gilrt/byteswriter.h"
#include "gilrt/capsule.h"
#include "gilrt/cell.h"
#include "gilrt/descr.h"
#include "gilrt/dict.h"
#include "gilrt/dictproxy.h"
#include "gilrt/exception.h"
#include "gilrt/float.h"
#include "gilrt/fork.h"
#include "gilrt/function.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/memoryview.h"
#include "gilrt/none.h"
#include "gilrt/range.h"
#include "gilrt/set.h"
#include "gilrt/slice.h"
#include "gilrt/traceback.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "gilrt/unicodecodec.h"
#include "gilrt/unicodectype.h"
#include "gilrt/unicodewriter.h"

#include "gilrt/args.h"
#include "gilrt/import.h"
#include "gilrt/module.h"

#endif
