/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.VfioCore;

/** The feeds of a user-space host's devices: one for each that has a display, whoever asks for it. */
public final class HostDisplays implements CoreListener, AutoCloseable {
    private final VfioCore core;
    private final Map<String, DisplayFeed> feeds = new ConcurrentHashMap<>();
    private final VfioCore.Subscription subscription;

    /** Of a host in this process, which is looked at beside its devices' users. */
    public HostDisplays(VfioCore core) {
        this.core = core;
        this.subscription = core.listen(this);
    }

    /** What a device shows; empty if there is no such device, or it was registered without a display. */
    public Optional<DisplayFeed> feed(String device) {
        return core.device(device)
                .filter(HostDisplays::hasDisplay)
                .map(known ->
                        feeds.computeIfAbsent(device, name -> new DisplayFeed(name, DisplaySource.beside(known))));
    }

    /** Whether a device was registered as one with a display. */
    public static boolean hasDisplay(CoreDevice device) {
        return device.features().has(DeviceFeatures.DISPLAY_REGION)
                || device.features().has(DeviceFeatures.DISPLAY_DMABUF);
    }

    @Override
    public void added(CoreDevice device) {
        // its feed is made when somebody asks for it
    }

    @Override
    public void removed(CoreDevice device) {
        DisplayFeed feed = feeds.remove(device.name());
        if (feed != null) {
            feed.close();
        }
    }

    @Override
    public void close() {
        subscription.close();
        feeds.values().forEach(DisplayFeed::close);
        feeds.clear();
    }
}
