package dev.lorax.model;

/**
 * Query, key and value as rows of one matrix.
 *
 * @param groups how often the three take turns: 1, or once a head
 * @param query rows of the query in each group
 * @param keyValue rows of the key, and of the value, in each group
 */
record QueryKeyValue(long groups, long query, long keyValue) {
  /**
   * Puts the sources of a parameter of the three nodes.
   *
   * @param attention what the nodes' names begin with
   * @param parameter weight or bias
   * @param fused the source of all rows
   */
  void put(WeightMap.Builder map, String attention, String parameter, Source fused) {
    long total = query + 2 * keyValue;
    map.put(attention + "query." + parameter, new Source.Rows(fused, groups, 0, query, total));
    map.put(attention + "key." + parameter, new Source.Rows(fused, groups, query, keyValue, total));
    map.put(
        attention + "value." + parameter,
        new Source.Rows(fused, groups, query + keyValue, keyValue, total));
  }
}
