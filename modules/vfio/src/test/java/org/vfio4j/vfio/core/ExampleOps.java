/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vfio4j.vfio.VfioDevice;

/** Operations that write down what the core does with them. */
class ExampleOps implements DeviceOps {
    final List<String> calls = new CopyOnWriteArrayList<>();
    private final VfioDevice device;

    ExampleOps(VfioDevice device) {
        this.device = device;
    }

    @Override
    public VfioDevice device() {
        return device;
    }

    @Override
    public void open(OpenContext context) {
        calls.add("open " + context.mode());
    }

    @Override
    public void close() {
        calls.add("close");
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen() {
        return EnumSet.complementOf(EnumSet.of(Query.Kind.GFX_PLANE));
    }

    @Override
    public void remove() {
        calls.add("remove");
        device.close();
    }
}
