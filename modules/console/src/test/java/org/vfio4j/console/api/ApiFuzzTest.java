/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.UserHost;

/** Whatever is asked for, the API answers or refuses with an error number. Its definitions' folder cannot be made. */
class ApiFuzzTest {
    private static final UserHost HOST = new UserHost(List.of(), List.of());
    private static final Fleet FLEET = FleetOf.hosts(3);
    private static final Api API = new Api(
            new HostCommands(
                    new DefinedHost(HOST, new Definitions(Path.of("/proc/vfio4j"))), "1.0", null, null, () -> {}),
            new HostWatch(HOST, new Events()),
            new Screens(HOST, new HostDisplays(HOST.core())),
            new FleetApi(() -> FLEET, true));

    private static final List<String> PARAMETERS =
            List.of("device", "way", "parent", "width", "find", "type", "sort", "offset", "limit", "most", "host");

    /** The first byte chooses the route; a line is the device, the next one a parameter, the rest the body. */
    @FuzzTest
    void handle(byte[] input) {
        if (input.length == 0) {
            return;
        }
        List<Route> routes = API.routes();
        Route route = routes.get(Byte.toUnsignedInt(input[0]) % routes.size());
        String[] parts = new String(input, 1, input.length - 1, StandardCharsets.UTF_8).split("\n", 3);
        String device = parts[0];
        List<String> parameter = List.of(parts.length > 1 ? parts[1] : "");
        byte[] body = parts.length > 2 ? parts[2].getBytes(StandardCharsets.UTF_8) : new byte[0];
        Map<String, List<String>> query = new HashMap<>();
        PARAMETERS.forEach(name -> query.put(name, parameter));
        query.put("timeout", List.of("0"));
        try {
            Response response = route.handler()
                    .handle(new Request(Map.of("device", device, "host", device, "type", device), query, body, ""));
            assertThat(response.status()).isBetween(200, 304);
        } catch (ErrnoException e) {
            assertThat(Response.of(e).status()).isBetween(400, 503);
            assertThat(Arrays.toString(Response.of(e).body())).isNotEmpty();
        }
    }
}
