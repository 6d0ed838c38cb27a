/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FolderInventory;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many hosts, asked over HTTP. */
@Timeout(300)
class FleetApiTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int SMALL_ENOUGH = 300_000;

    private static FleetApi api(Fleet fleet) {
        return new FleetApi(() -> fleet, true);
    }

    private static Response response(FleetApi api, String id, Map<String, String> path, Map<String, String> query) {
        Map<String, List<String>> parameters = new java.util.HashMap<>();
        query.forEach((key, value) -> parameters.put(key, List.of(value)));
        return api.routes().stream()
                .filter(r -> r.id().equals(id))
                .findFirst()
                .orElseThrow()
                .handler()
                .handle(new Request(path, parameters, new byte[0], ""));
    }

    private static JsonNode ask(FleetApi api, String id, Map<String, String> path, Map<String, String> query) {
        return MAPPER.readTree(response(api, id, path, query).body());
    }

    private static List<String> texts(JsonNode array, String key) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(node -> node.path(key).asString())
                .toList();
    }

    @Test
    void theOverviewCountsWhatThereIsOfEachTypeAndWhatRuns() {
        JsonNode all = ask(api(FleetOf.hosts(4)), "fleet", Map.of(), Map.of());

        assertThat(all.path("hosts_known").intValue()).isEqualTo(4);
        assertThat(all.path("devices").intValue()).isEqualTo(6);
        assertThat(all.path("in_use").intValue()).isEqualTo(4);
        JsonNode small = all.path("types").path(1);
        assertThat(small.path("type").stringValue()).isEqualTo("small");
        assertThat(small.path("made").intValue()).isEqualTo(6);
        assertThat(small.path("left").intValue()).isEqualTo(4 * 16 - 6);
        assertThat(small.path("hosts_with_room").intValue()).isEqualTo(4);
        assertThat(all.path("versions").path("kernel").toString())
                .isEqualTo("[{\"version\":\"6.12.43\",\"hosts\":2},{\"version\":\"6.8.0\",\"hosts\":2}]");
    }

    @Test
    void hostsComeByPagesFoundByWhatTheyRunAndInTheOrderThatIsAskedFor() {
        FleetApi api = api(FleetOf.hosts(30));

        JsonNode page = ask(api, "fleet-hosts", Map.of(), Map.of("offset", "10", "limit", "5"));
        JsonNode old = ask(api, "fleet-hosts", Map.of(), Map.of("find", "QEMU 9.2"));
        JsonNode left = ask(api, "fleet-hosts", Map.of(), Map.of("type", "small", "sort", "left", "limit", "2"));

        assertThat(page.path("found").intValue()).isEqualTo(30);
        assertThat(texts(page.path("hosts"), "host_name"))
                .containsExactly("node00010", "node00011", "node00012", "node00013", "node00014");
        assertThat(old.path("found").intValue()).isEqualTo(10);
        assertThat(texts(left.path("hosts"), "host_name")).containsExactly("node00000", "node00002");
        assertThat(left.path("hosts").path(0).path("left").intValue()).isEqualTo(15);
    }

    @Test
    void aMatrixPutsHostsThatAreAlikeTogetherAndSaysWhereOneIs() {
        JsonNode matrix =
                ask(api(FleetOf.hosts(9)), "fleet-matrix", Map.of("type", "small"), Map.of("host", "node00003"));

        assertThat(matrix.path("groups").size()).isEqualTo(matrix.path("grid").size());
        int group = matrix.path("group").intValue();
        assertThat(matrix.path("groups").path(group).path("kernel").stringValue())
                .isEqualTo("6.8.0");
        assertThat(matrix.path("groups").path(group).path("hosts").intValue()).isEqualTo(3);
        long pairs = 0;
        for (JsonNode count : matrix.path("pairs")) {
            pairs += count.longValue();
        }
        assertThat(pairs).isEqualTo(9 * 8);
        matrix.path("grid")
                .forEach(row -> row.forEach(kind -> assertThat(
                                matrix.path("kinds").path(kind.intValue()).has("fits"))
                        .isTrue()));
    }

    @Test
    void hostsThatAreAllDifferentAreNotAllCompared() {
        List<Snapshot> all = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            Snapshot host = FleetOf.host(i);
            all.add(FleetOf.snapshot(
                    host.hostName(), "6." + i, "10." + i, host.inventory().parents(), host.probes()));
        }

        JsonNode matrix = ask(api(Fleet.of(all)), "fleet-matrix", Map.of("type", "small"), Map.of("host", "node00149"));

        assertThat(matrix.path("groups").size()).isLessThan(100);
        assertThat(matrix.path("hosts_left_out").intValue())
                .isEqualTo(150 - matrix.path("groups").size());
        assertThat(matrix.path("group").isNull()).isFalse();
    }

    @Test
    void aDrainHasAStepForEveryDeviceThatCanGo() {
        JsonNode drain = ask(api(FleetOf.hosts(4)), "fleet-drain", Map.of("host", "node00001"), Map.of());

        assertThat(drain.path("steps").size() + drain.path("staying").size()).isEqualTo(2);
        assertThat(texts(drain.path("steps"), "to")).isNotEmpty().doesNotContain("node00001");
    }

    @Test
    void aHostIsShownWithItsCardsItsDevicesAndWhatIsLeft() {
        JsonNode host = ask(api(FleetOf.hosts(2)), "fleet-host", Map.of("host", "node00001"), Map.of());

        assertThat(texts(host.path("parents"), "parent")).containsExactly("0000:10:00.0", "0000:11:00.0");
        assertThat(host.at("/parents/0/types/1/left").intValue()).isEqualTo(6);
        assertThat(host.path("list").size()).isEqualTo(2);
        assertThat(host.at("/list/0/answers/migration").stringValue()).isEqualTo("yes");
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        FleetApi api = api(FleetOf.hosts(1));
        for (String id : List.of("fleet-host", "fleet-drain", "fleet-where", "fleet-matrix")) {
            assertThatThrownBy(() -> response(api, id, Map.of("host", "other", "type", "other"), Map.of()))
                    .as(id)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        }
        assertThatThrownBy(() -> response(api, "fleet-hosts", Map.of(), Map.of("offset", "-1")))
                .isInstanceOf(HttpException.class);
        assertThatThrownBy(() -> response(api, "fleet-hosts", Map.of(), Map.of("sort", "colour")))
                .isInstanceOf(HttpException.class);
        assertThatThrownBy(() -> response(new FleetApi(null), "fleet", Map.of(), Map.of()))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.remedy()).contains("--inventory"));
    }

    @Test
    void noAnswerGrowsWithTenThousandHosts() {
        FleetApi api = api(FleetOf.hosts(10_000));

        for (String id : List.of("fleet", "fleet-host", "fleet-drain", "fleet-where", "fleet-matrix")) {
            assertThat(response(api, id, Map.of("host", "node00001", "type", "small"), Map.of())
                            .body()
                            .length)
                    .as(id)
                    .isLessThan(SMALL_ENOUGH);
        }
        Response page = response(api, "fleet-hosts", Map.of(), Map.of("limit", "1000000", "sort", "used"));
        assertThat(page.body().length).isLessThan(SMALL_ENOUGH);
        assertThat(MAPPER.readTree(page.body()).path("found").intValue()).isEqualTo(10_000);
    }

    @Test
    void aHostThatPublishesTooMuchMakesNoAnswerLarge() {
        List<MdevParent> parents = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            parents.add(new MdevParent(
                    "parent" + i,
                    "d",
                    null,
                    List.of(new MdevParent.Type("type" + i, "n", "x".repeat(2000), Integer.MAX_VALUE, "vfio-pci"))));
        }
        FleetApi api = api(Fleet.of(List.of(FleetOf.snapshot("much", "k".repeat(9_000), "1.0", parents, List.of()))));

        assertThat(response(api, "fleet", Map.of(), Map.of()).body().length).isLessThan(SMALL_ENOUGH);
        assertThat(ask(api, "fleet", Map.of(), Map.of()).path("types_left_out").intValue())
                .isEqualTo(1_500);
        assertThat(response(api, "fleet-host", Map.of("host", "much"), Map.of()).body().length)
                .isLessThan(SMALL_ENOUGH);
        assertThat(response(api, "fleet-hosts", Map.of(), Map.of()).body().length)
                .isLessThan(SMALL_ENOUGH);
    }

    @Test
    void anInventoryThatCannotBeReadYetIsTriedAgainAndTheFleetIsTold(@TempDir Path folder) throws Exception {
        Path later = folder.resolve("later");
        Events events = new Events();
        try (Events.Listener listener = events.listen();
                FleetWatch watch = new FleetWatch(new FolderInventory(later, Clock.systemUTC()), events)) {
            FleetApi api = new FleetApi(watch);
            assertThatThrownBy(() -> response(api, "fleet", Map.of(), Map.of()))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));

            Files.createDirectory(later);
            write(later, FleetOf.host(7));
            Optional<Events.Event> event = listener.next(120_000);

            assertThat(event.map(Events.Event::name)).contains("fleet");
            assertThat(ask(api, "fleet", Map.of(), Map.of()).path("hosts_known").intValue())
                    .isLessThanOrEqualTo(1);
        }
    }

    private static void write(Path folder, Snapshot host) throws IOException {
        Path file = folder.resolve(host.hostName() + ".json");
        Path draft = folder.resolve("draft");
        Files.write(draft, MAPPER.writeValueAsBytes(Json.snapshot(host)));
        Files.move(draft, file);
    }
}
