/* SPDX-License-Identifier: Apache-2.0 */
/** JSON that comes from anybody: bounded when it is parsed, checked value by value, refused by place. */
@NullMarked
package org.vfio4j.management.json;

import org.jspecify.annotations.NullMarked;
